import type { Catalogue } from '../catalogue';
import { lower, shared } from './shared';

export const viewer: Catalogue['viewer'] = {
  region: '胸片',
  image: (name) => `胸片：${name}`,
  overlayImage: (name) => `叠加热力图的胸片：${name}`,
  size: (width, height, format) => `${width} × ${height} ${format.toUpperCase()}`,
  target: '热力图对应等级',
  opacity: '不透明度',
  fade: '由叠加图过渡到仅热力图',
  scale: '对分级的影响',
  scaleDescription: '热力图色标：紫色为低，橙色为高，浅黄色为最大值',
  low: '低',
  high: '高',
  notShown: '浏览器无法直接显示该文件。下方为服务绘制的叠加图；滑块可由叠加图过渡到仅热力图。',
  emptyMap: (target) => `热力图为空：图像中没有区域使${lower(target)}的得分升高。`,
  weakMap: '信号弱：该热力图对分级几乎没有影响，颜色明亮也说明不了什么。',
  noExplanation: '服务未返回该图像的热力图。',
  targetFailed: (target, title) => `没有${shared.targets[target]}的热力图：${title}。`,
  announceTarget: (target) => `热力图现在显示${lower(target)}。`,
};
