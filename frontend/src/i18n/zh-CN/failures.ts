import words from '../../client/words/zh-CN.json';
import type { Catalogue } from '../en';
import { format } from './format';

const NOT_THE_FILE = '问题不在您的文件。';
const OTHER_KEY = '请在页面顶部输入另一个密钥。';

export const failures: Catalogue['failures'] = {
  words: {
    ...words.problems,
    // Here the key has its place on the page.
    'credentials-missing': {
      title: '服务要求提供 API 密钥',
      hint: '请在页面顶部输入。密钥由服务管理员提供。',
    },
    'credentials-invalid': { title: '密钥未被接受', hint: OTHER_KEY },
    'credentials-expired': { title: words.problems['credentials-expired'].title, hint: OTHER_KEY },
    'scope-missing': { title: words.problems['scope-missing'].title, hint: OTHER_KEY },
    network: {
      title: '服务没有应答',
      detail: '在收到响应之前连接已中断。',
      hint: '请检查网络连接并确认服务正在运行，然后重试。',
    },
    'unexpected-answer': {
      title: '无法读取响应',
      detail: '响应并非来自本服务，可能来自中间的代理。',
      hint: `${NOT_THE_FILE}请重试；如持续出现，请告知服务管理员。`,
    },
    'other-version': {
      title: '服务与本页面的版本不一致',
      detail: '服务返回的内容格式本页面无法读取。',
      hint: '请先保存结果，再重新加载页面以获取匹配的版本。',
    },
    'unreadable-file': {
      title: '无法读取文件',
      detail: '它是一个文件夹，或在您选择后被移动或修改。',
      hint: '请重新选择文件。',
    },
    cancelled: {
      title: '分级已取消',
      detail: '此胸片在分级之前已从队列中移出。',
      hint: '重试即可对其分级。',
    },
  },
  tooLarge: (maxBytes) => `最大支持 ${format.megabytes(maxBytes)}。文件未发送。`,
  unknown: { title: '文件未能分级', hint: '请重试，或打开其他文件。' },
};
