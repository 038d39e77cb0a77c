import words from '../../client/words/zh-CN.json';
import type { Catalogue } from '../en';

export const quality: Catalogue['quality'] = {
  title: '图像质量',
  rejected: '图像不适合判断。以下等级仅因您要求而显示。',
  why: '未分级的原因',
  force: '仍然显示预测结果',
  caution: '此类图像的等级可能没有意义，结果会加以标注。',
  levels: { reject: '不合格', warn: '需谨慎' },
  codes: words.findings,
};
