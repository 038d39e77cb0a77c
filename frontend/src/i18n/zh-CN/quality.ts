import words from '../../client/words/zh-CN.json';
import type { Catalogue } from '../en';
import { format } from './format';

export const quality: Catalogue['quality'] = {
  title: '图像质量',
  rejected: '图像不适合判断。以下等级仅因您要求而显示。',
  why: '未分级的原因',
  force: '仍然显示预测结果',
  caution: '此类图像的等级可能没有意义，结果会加以标注。',
  repair: {
    turn: '转正并分级',
    invert: '黑白反转并分级',
    both: '转正、反转并分级',
    all: (count) => `对因此被拒的全部 ${format.integer(count)} 张照此处理`,
    working: '正在修正图像',
    failed: '本页面无法读取此文件的像素，因此无法修正。',
    failedOf: (count) => `本页面无法读取像素的文件：${format.integer(count)} 个。它们保持原样。`,
    turned: (degrees) => `旋转 ${format.integer(degrees)}°`,
    inverted: '黑白反转',
    done: (what) => `分级前在本页面上：${what}。`,
    undo: '改用原文件',
  },
  levels: { reject: '不合格', warn: '需谨慎' },
  codes: {
    ...words.findings,
    // The page mends these itself: nobody is sent to another program.
    'inverted-grey-scale': '黑白似乎颠倒。',
    'turned-by-90-degrees': '胸片横置。',
    'turned-by-180-degrees': '胸片上下颠倒。',
  },
};
