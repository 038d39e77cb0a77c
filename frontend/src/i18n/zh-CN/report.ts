import type { Catalogue } from '../en';
import { format } from './format';

export const report: Catalogue['report'] = {
  menu: '报告',
  pdf: '报告（PDF）',
  reports: '全部报告（PDF）',
  png: '叠加热力图的图像（PNG）',
  json: '数据（JSON）',
  forms: { fhir: 'FHIR 资源包', sr: 'DICOM 结构化报告（含文件中的患者信息）' },
  making: '正在生成报告',
  impression: '印象',
  impressionHint: '您的文字会写入 PDF 和文本报告。',
  impressionOf: (grade, probability, total, ends) =>
    `估计严重程度为${grade}（${probability}）；估计 Brixia 评分 ${total} / 18${ends.length > 0 ? `，90% 区间 ${ends.join(' 至 ')}` : ''}。`,
  between: (grades) => `仍有可能：${grades}。`,
  reader: '判读者',
  copy: '复制为文本',
  copied: '已复制。',
  print: '打印',
  summary: (graded, refused) =>
    `已分级 ${format.integer(graded)} 张，未分级 ${format.integer(refused)} 张。`,
  progress: (done, of) => `正在生成报告：第 ${done} / ${of} 张`,
  saved: (name) => `已保存 ${name}。`,
  failed: '无法生成报告。请重试；如仍失败，请将数据保存为 JSON。',
  title: '由胸片估计的 COVID-19 严重程度',
  disclaimer:
    '研究软件。不构成诊断，不是医疗器械，不得用于患者的诊疗决策。该等级仅针对这一张图像。',
  file: '文件',
  filmDate: '拍片日期',
  view: '投照体位',
  notKnown: '未知',
  changed: '分级前的处理',
  gradedAt: '分级时间',
  image: '图像',
  plausible: '仍然合理的等级',
  refer: '请由放射科医师判读：模型无法区分这些等级。',
  sure: '只有一个等级合理。',
  noFindings: '图像的自动检查没有提出异议。该检查不寻找病变。',
  noHeatmap: '未请求热力图。',
  weak: '信号弱：热力图说明不了什么。',
  insideLungs: (share) => `热力图的 ${format.share(share)} 位于估计的肺野之内。`,
  page: (page, of) => `第 ${page} 页，共 ${of} 页`,
};
