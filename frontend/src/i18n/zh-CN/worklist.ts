import type { Catalogue } from '../catalogue';
import { format } from './format';

export const worklist: Catalogue['worklist'] = {
  title: '工作列表',
  progress: (settled, total) => `${format.integer(settled)} / ${format.integer(total)}`,
  progressLabel: '已完成的胸片',
  statuses: {
    queued: '排队中',
    waiting: '等待中',
    running: '正在分级',
    done: '已分级',
    rejected: '未评判',
    failed: '失败',
    cancelled: '已取消',
  },
  refer: '转诊',
  forced: '不合格',
  search: '按名称查找',
  filter: '显示',
  filters: {
    all: '全部胸片',
    refer: '需转诊',
    rejected: '未评判',
    failed: '失败或已取消',
    open: '尚未分级',
  },
  sort: '排序',
  sorts: {
    added: '添加顺序',
    severity: '最重在前',
    name: '按名称',
    date: '按日期',
  },
  noneMatch: '没有符合的胸片。显示全部胸片即可查看其余。',
  compare: (name) => `与 ${name} 对比`,
  retry: (name) => `重试 ${name}`,
  cancel: (name) => `取消 ${name}`,
  remove: (name) => `从列表中移除 ${name}`,
  cancelAll: (count) => `取消 ${format.integer(count)} 张`,
  clear: '清空列表',
  csv: 'CSV',
  json: 'JSON',
  goesOnIn: (seconds) => `队列将在 ${format.integer(seconds)} 秒后继续。`,
  goOn: '立即继续',
  versions: (versions) =>
    `这些胸片由模型的不同版本（${format.all(versions)}）分级：请只比较同一版本的等级，或清空列表后重新打开。`,
  noFile: {
    paste: '剪贴板中没有图像。请复制图像本身，或先保存再将文件拖放到此处。',
    drop: '拖放的内容不是文件。请先保存图像，再将文件拖放到此处。',
  },
  unreadable: '无法读取拖放的内容，可能已被移动。请改用选择文件或文件夹。',
  emptyFolder: (name) => `文件夹“${name}”中没有文件。请打开存放胸片的文件夹。`,
  skipped: (count) => `已略过 ${format.integer(count)} 个系统文件。`,
  beyond: (count, taken) =>
    `仅接收了前 ${format.integer(taken)} 张；完成后再打开其余 ${format.integer(count)} 张。`,
  series: {
    title: '同一患者的胸片',
    patient: '患者',
    date: '拍片日期',
    tooFew: '为两张已分级的胸片填写相同的患者和各自的日期，即可查看严重程度的变化。',
    brixia: (score) => `Brixia ${score}`,
  },
};
