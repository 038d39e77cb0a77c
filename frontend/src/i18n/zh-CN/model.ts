import type { Catalogue } from '../en';
import { format } from './format';

export const model: Catalogue['model'] = {
  title: (name, version) => `${name} ${version}`,
  lead: (images, patients) =>
    `在 ${format.integer(patients)} 名患者的 ${format.integer(images)} 张胸片上测得，每张仅由从未见过该患者的网络判读。括号内为 95% 置信区间。`,
  loading: '正在加载模型信息',
  unavailable: '无法加载模型信息',
  made: (date) => `制作于 ${format.date(date)}`,
  sections: {
    metrics: '它有多常判断正确？',
    confusion: '它把什么当成什么',
    reliability: '它的概率名副其实吗？',
    coverage: '它有把握时，判断正确吗？',
    subgroups: '对哪些人群效果较差？',
    data: '数据与局限',
    card: '模型卡',
  },
  columns: {
    measure: '指标',
    model: '模型，全部胸片',
    onReaders: '模型，两位放射科医师评分的胸片',
    readers: '这两位医师之间',
    senior: '模型对比高年资医师，同一批胸片',
    majority: '始终判为最常见等级',
  },
  rows: {
    images: '胸片（患者）',
    accuracy: '准确率',
    macroF1: '宏平均 F1',
    kappa: '二次加权 kappa',
    f1: (grade) => `F1，${grade}`,
    twoStep: '轻度误判为重度，或相反',
    brixiaError: 'Brixia 总分：平均绝对误差',
    brixiaR: 'Brixia 总分：相关系数',
  },
  ceiling: (model, readers) =>
    `“${model}”与“${readers}”说明人类上限：在同一批胸片上，模型与两位放射科医师均值的一致程度，以及两位医师彼此的一致程度。`,
  confusion: {
    caption: (seeds) =>
      `按参考等级（行）和预测等级（列）统计的判读次数${seeds > 1 ? `；每张胸片由 ${format.integer(seeds)} 个网络判读` : ''}`,
    reference: '参考',
    predicted: (grade) => `预测${grade}`,
    summary: (right, all) =>
      `${format.integer(all)} 次判读中有 ${format.integer(right)} 次位于对角线上，即两者一致。`,
  },
  reliability: {
    x: '模型置信度',
    y: '判断正确的比例',
    readings: '判读次数',
    ideal: '完美校准',
    summary: ({ value, low, high }) =>
      `置信度与正确比例平均相差 ${format.metric(value)}（${format.metric(low)}–${format.metric(high)}；期望校准误差）。位于线上方的点：实际正确率高于所称；位于下方：低于所称。`,
  },
  coverage: {
    x: '由模型分级的胸片比例（置信度从高到低）',
    y: '错误等级的比例',
    summary: (atHalf, at90) =>
      `在其最有把握的一半胸片上，正确率为 ${format.share(atHalf.value)}（${format.shares(atHalf.low, atHalf.high)}）。仅在最有把握的 ${format.share(at90)} 胸片上能达到十次对九次。`,
  },
  sets: (coverage, size) =>
    `预测集在 ${format.share(coverage.value)}（${format.shares(coverage.low, coverage.high)}）的胸片中包含参考等级，平均含 ${format.metric(size.value)} 个等级。`,
  table: '以表格显示',
  subgroup: {
    group: '分组',
    attributes: { view: '投照位', sex: '性别', age: '年龄', source: '来源' },
    values: {
      unknown: '未知',
      F: '女',
      M: '男',
      'below 40': '40 岁以下',
      '40 to 64': '40 至 64 岁',
      '65 and over': '65 岁及以上',
    },
    note: '小组的置信区间较宽：区间内的差异可能出于偶然。',
  },
  limits: [
    '胸片数量少；应以置信区间来如实解读各表。',
    '胸片来自病例报告和单个医院；对其他人群和设备的表现未知。',
    '参考标准包含判读者之间的分歧，且部分合并了两种评分尺度。',
    '不适用于儿童、侧位片、CT、其他疾病、同一患者的随访或分诊。',
  ],
  data: (images, patients, folds) =>
    `使用 ${format.integer(patients)} 名 COVID-19 患者的 ${format.integer(images)} 张公开胸片训练；以 ${format.integer(folds)} 折交叉验证测量，同一患者只出现在一折中。`,
  calibration: (coverage, threshold) =>
    `概率由等级得分与分区得分共同校准，校准所用的胸片均未被网络见过；概率不低于 ${format.metric(threshold)} 的等级视为合理，其设定使每 100 张胸片中有 ${format.ofHundred(coverage)} 张包含参考等级。`,
  files: '权重校验和（SHA-256）',
  licence: '该版本所述的预期用途与许可',
  cardNote: '模型卡随版本提供，以英文撰写。',
  cardFailed: '无法加载模型卡。',
  rawCard: 'Markdown 格式的模型卡',
  rawManifest: '全部数据（JSON）',
  headers: { confidence: '平均置信度', accuracy: '正确', coverage: '分级比例', risk: '错误' },
};
