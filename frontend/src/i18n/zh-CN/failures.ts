import type { Catalogue } from '../catalogue';

const EXPORT_AGAIN = '请从来源重新导出图像，再打开该文件。';
const CHECK = '请检查图像，或仍然查看预测结果并谨慎解读。';
const NOT_THE_FILE = '问题不在您的文件。';

export const failures: Catalogue['failures'] = {
  words: {
    'empty-file': { hint: '请重新选择文件；文件可能尚未复制完成。' },
    'not-an-image': { hint: '请打开胸片本身。文件名无关紧要，内容才重要。' },
    'unsupported-format': { hint: '请将图像另存为 PNG、JPEG、TIFF 或 DICOM 后再打开。' },
    'damaged-image': { hint: EXPORT_AGAIN },
    'file-too-large': {
      title: '文件过大',
      detail: '最大支持 25 MB。文件未发送。',
      hint: '请压缩或缩小图像，或以较小尺寸导出。',
    },
    'image-too-large': { hint: '请缩小图像后重新打开。' },
    'image-too-small': { hint: '请打开原始图像，而不是缩略图。' },
    'image-without-contrast': {
      hint: '请在阅片软件中打开该图像：若同样为空白，请重新导出；否则窗宽窗位可能未覆盖数据。',
    },
    'multi-frame': { hint: '请将所需的那一帧另存为单独的文件。' },
    'unsupported-colour-space': { hint: '请将图像另存为灰度或 RGB。' },
    'dicom-not-a-radiograph': {
      hint: '请打开 CR 或 DX 图像，或其二次捕获图像。CT、MR 等图像无法分级。',
    },
    'not-a-frontal-chest-radiograph': { hint: '请打开胸部 PA 或 AP 位片。' },
    'cross-section': { hint: CHECK },
    'lateral-projection': { hint: CHECK },
    'inverted-grey-scale': { hint: CHECK },
    'turned-by-90-degrees': { hint: CHECK },
    'turned-by-180-degrees': { hint: CHECK },
    'field-too-small': { hint: CHECK },
    'low-resolution': { hint: CHECK },
    'dicom-for-processing': {
      hint: '请从 PACS 导出“for presentation”图像；原始探测器数据不予分级。',
    },
    'dicom-without-image': { hint: '请选择检查中包含图像的对象。' },
    'dicom-unsupported-encoding': { hint: '请以未压缩方式导出 DICOM 对象，或导出为 PNG。' },
    'not-ready': {
      hint: '模型可能仍在加载。请几秒后重试；如持续出现，请告知服务管理员。',
    },
    'upload-too-slow': { hint: '连接速度较慢。请重试，或发送较小的导出文件。' },
    busy: { hint: `${NOT_THE_FILE}请稍候几秒后重试。` },
    'internal-error': { hint: `${NOT_THE_FILE}请重试；如再次发生，请连同时间一并报告。` },
    network: {
      title: '无法连接服务',
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
  },
  unknown: { title: '文件未能分级', hint: '请重试，或打开其他文件。' },
};
