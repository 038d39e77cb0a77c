import type { Catalogue } from '../en';
import { format } from './format';

const films = (count: number) => `${format.integer(count)} 张片子`;

export const reading: Catalogue['reading'] = {
  title: '您的判读',
  blind: '盲评',
  blindHint: '您先评分，再看结果',
  hiddenTitle: '请您先评分',
  hiddenLead: (name) => `${name} 已分级。请先评分，再显示结果。`,
  agree: '同意',
  agreed: '您与模型一致。',
  disagreed: (mine, model) => `您：${mine}。模型：${model}。`,
  wasBlind: '盲评。',
  notBlind: '非盲评。',
  unblinded: '起初为盲评，结果显示后又作了修改或补充：这次判读不再算盲评。',
  contradicts: (total, amounts, chosen) =>
    `分区评分合计 ${total}，属${amounts}，但所选分级为${chosen}；以所选分级为准。`,
  reveal: '显示结果',
  seenBefore: '此片的结果曾显示过：这次判读不算盲评。',
  zonesAndComment: '分区评分与备注',
  zones: (scores) => `分区 ${scores}`,
  zone: (zone) => `您对 ${zone} 区的评分`,
  zoneOff: '再按一次即可去掉该评分',
  total: (total, most) => `${total} / ${most} 分`,
  comment: '备注',
  clear: '撤回此判读',
  save: '保存全部判读',
  restore: '打开判读文件',
  restored: (count, waiting) =>
    waiting > 0
      ? `从文件读入 ${films(count)}的判读；其中 ${format.integer(waiting)} 张尚未打开或尚未分级。`
      : `从文件读入 ${films(count)}的判读。`,
  newerHere: (count) => `其中 ${films(count)}在此处的判读较新，予以保留。`,
  replaced: (count) => `其中 ${films(count)}在此处的判读较旧，已被替换。`,
  takeBack: '恢复较旧的判读',
  notReadings: (name) => `${name} 中没有本页面的判读。`,
  agreementTitle: '您与模型的一致性',
  agreement: (count, same, kappa) =>
    `您与模型：${films(count)}，${format.integer(same)} 张分级相同${kappa === null ? '' : `，加权 kappa ${kappa}`}。`,
  ofThemBlind: '其中盲评',
  allBlind: '全部为盲评。',
};
