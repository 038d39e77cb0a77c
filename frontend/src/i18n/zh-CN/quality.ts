import type { Catalogue } from '../catalogue';

export const quality: Catalogue['quality'] = {
  title: '图像质量',
  rejected: '图像不适合判断。以下等级仅因您要求而显示。',
  why: '未分级的原因',
  force: '仍然显示预测结果',
  caution: '此类图像的等级可能没有意义，结果会加以标注。',
  levels: { reject: '不合格', warn: '需谨慎' },
  codes: {
    'colour-image': '图像为彩色；胸片应为灰度图像。',
    'not-a-radiograph': '图像看起来不是 X 线片。',
    'cross-section': '图像看起来是 CT 或其他断层图像。',
    'lateral-projection': '看起来是侧位片。请打开 PA 或 AP 位片。',
    'inverted-grey-scale': '黑白似乎颠倒。请反转灰度后重新打开。',
    'turned-by-90-degrees': '胸片横置。请旋转至直立后重新打开。',
    'turned-by-180-degrees': '胸片上下颠倒。请旋转至直立后重新打开。',
    'lungs-not-found': '图像中未找到双肺。',
    'lungs-cut-off': '部分肺野可能位于图像之外。',
    'field-too-small': '肺野仅占图像的一小部分。请裁剪至胸部。',
    'low-resolution': '图像像素过少，无法看到细微改变。',
    'over-exposed': '肺野大部分过黑，可能掩盖病变。',
    'under-exposed': '肺野几乎没有对比度，可能掩盖病变。',
    'unfamiliar-image': '图像与模型所见过的胸片差异较大。',
    'not-measured': '无法测量图像质量。',
  },
};
