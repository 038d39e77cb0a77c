import type { Catalogue } from '../en';

export const app: Catalogue['app'] = {
  title: 'CXR Severity：由胸片评估 COVID-19 严重程度',
  skip: '跳至胸片',
  skipToContent: '跳至内容',
  standing: { what: '研究软件。', not: '不构成诊断，也不是医疗器械。' },
  pages: '页面',
  analyse: '分析',
  model: '模型',
  docs: 'API 文档',
  theme: { light: '使用浅色主题', dark: '使用深色主题' },
  language: '语言',
  languageChanged: '页面已切换为简体中文。',
  languageFailed: (name) => `无法加载${name}。请检查网络连接后重试。`,
  privacy: '图像仅在内存中处理，不会保存。',
  offline: {
    title: '无法连接服务。',
    detail: '页面上的内容会保留。连接恢复后即可继续分析新图像。',
    check: '重新检查',
    checking: '正在检查',
    back: '已重新连接服务。',
  },
  key: {
    missing: '服务需要知道调用者的身份：只为持有 API 密钥的人分级。密钥由服务管理员提供。',
    refused: '此密钥未被接受：可能输入有误、已过期或已撤销，或不是用于分级的密钥。',
    held: '正在使用 API 密钥，且只出示给本服务。关闭此标签页后不再保留密钥，但浏览器可以恢复已关闭的标签页：离开共用电脑前，请清除密钥。',
    label: 'API 密钥',
    use: '使用此密钥',
    trying: '正在验证密钥',
    forget: '清除密钥',
    taken: '密钥已被接受。',
    open: '更改或清除 API 密钥',
  },
  unloaded: {
    title: '页面的这一部分无法显示。',
    detail:
      '页面上的其他内容仍然保留。请检查网络连接后重试。如仍无法显示，请先保存结果和您的判读，再重新加载页面。',
  },
  crash: {
    title: '页面出错',
    detail: '没有图像丢失或被保存。请重新加载页面；如再次出错，请报告。',
    reload: '重新加载',
  },
};
