import type { Catalogue } from '../en';
import { format } from './format';
import { either, lower } from './shared';

function daysFromAdmission(day: number): string {
  return day === 0 ? '入院当天' : `入院${day > 0 ? '后' : '前'}第 ${Math.abs(day)} 天`;
}

export const analyse: Catalogue['analyse'] = {
  intro: {
    title: '由胸片评估 COVID-19 严重程度',
    lead: '打开一张正位胸片。神经网络将其分为轻度、中度或重度，给出各等级的概率，并标出其关注的区域。',
  },
  intake: {
    title: '打开胸片',
    ways: '将文件或文件夹拖放到页面任意位置、粘贴，或点击选择。',
    choose: '选择文件',
    chooseFolder: '选择文件夹',
    formats: (maxBytes) =>
      `PNG、JPEG、TIFF 或 DICOM${maxBytes ? `，最大 ${format.megabytes(maxBytes)}` : ''}`,
    another: '打开其他文件',
    dropNow: '松开以分析',
    pastedName: (time) => `粘贴的图像 ${time}`,
  },
  privacy: '图像仅在内存中处理，不会保存。',
  samples: {
    title: '或试用示例',
    sexes: { f: '女', m: '男' },
    caption: (projection, day) => `${projection}，第 ${day < 0 ? `−${-day}` : day} 天`,
    description: (sex, projection, day) =>
      `${sex}性患者，${projection} 位投照，${daysFromAdmission(day)}`,
    open: (id, caption) => `示例 ${id}：${caption}`,
    source: 'Winther 等，COVID-19 Image Repository',
    publisher: '汉诺威医学院，已缩小',
    licence: 'CC BY 3.0',
  },
  running: {
    title: '正在分析',
    stage: (name) => `正在分析 ${name}`,
  },
  cancelled: '已取消。',
  failed: {
    title: '无结果',
    lead: (name) => `${name} 未能分级。`,
    code: (code) => `代码 ${code}`,
  },
  result: {
    eyebrow: '估计的严重程度',
    confidence: '模型置信度',
    rightWhen: (severity, { value, low, high }, images) =>
      `当它判为${lower(severity)}时，${format.share(value)} 是正确的（95% 置信区间 ${format.shares(low, high)}；${images} 张未见过的胸片）。`,
    probabilities: '各等级的概率',
    refer: (severities) => `${either(severities)}：请由医师判断。`,
    coverage: (coverage) =>
      `每 100 张胸片中约有 ${format.ofHundred(coverage)} 张的参考等级在上述等级之内。`,
    announce: (name, severity, confidence) =>
      `${name} 的结果：${lower(severity)}，模型置信度 ${format.probability(confidence)}。`,
  },
  ruler: {
    readers: (points) => `两位放射科医师平均相差 ${points} 分。`,
    apart: (ofTotal, grade) =>
      `Brixia 总分位于${lower(ofTotal)}范围，而概率最高的等级是${lower(grade)}：网络分别估计两者，在分界附近可能不一致。请由医师判断。`,
  },
  brixia: {
    title: '估计的 Brixia 评分',
    of: '/ 18',
    interval: (low, high) => `90% 区间：${low} 至 ${high}`,
    height: '肺内高度',
    rightLung: '右肺',
    leftLung: '左肺',
    upper: '上野',
    middle: '中野',
    lower: '下野',
    note: '左右指患者的左右。每个区域：0（无改变）至 3。',
  },
  details: {
    title: '详细信息',
    model: '模型',
    modelCard: (name, version) => `${name} ${version}，模型卡`,
    time: '处理时间',
    explanation: '解释方法',
    method: (target) => `针对${lower(target)}的 Grad-CAM`,
    peak: (peak) => `峰值 ${peak}`,
    checksum: 'SHA-256',
    lungs: '热力图位于肺野内',
    technical: '技术信息',
    steps: { decode: '读取文件', model: '网络', explain: '热力图', encode: '图像' },
  },
  guide: {
    title: '如何解读结果',
    entries: [
      {
        term: '严重程度',
        text: '三个等级中概率最高的一个。它只针对这一张图像，不代表患者的病程。',
      },
      {
        term: '轻度、中度、重度',
        text: '按放射科医师所评 Brixia 总分划分：轻度 0 至 5，中度 6 至 11，重度 12 至 18。分界是本软件的约定，不说明任何治疗。',
      },
      {
        term: '模型置信度',
        text: '模型自身给出的该等级的概率。置信度高也可能出错，尤其是与训练图像差异较大的图像。非正位胸片的图像所得等级没有意义。',
      },
      {
        term: '请由医师判断',
        text: '当不止一个等级合理时给出，并列出全部合理等级。参考等级落在所列等级之内的频率是在其他患者的胸片上设定的：它对大量胸片整体成立，而非对每一张成立，也不适用于与之差异较大的图像。',
      },
      {
        term: 'Brixia 评分',
        text: '模型对双肺六个区域改变程度的估计：每区 0（无改变）至 3（肺泡性改变多于间质性改变），总分 18。它不是放射科医师的评分。',
      },
      {
        term: '热力图',
        text: '“所见阴影”显示模型在肺野内看到的阴影；颜色为绝对刻度，清晰的胸片保持无色。Grad-CAM 标出使 Brixia 总分或某一等级得分升高的大致区域；颜色按图自身的最大值缩放：峰值接近 0 时，即使颜色很亮也说明不了什么。两者都不是分割结果，高热区也不能证明存在病变。',
      },
    ],
  },
};
