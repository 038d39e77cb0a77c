import type { Catalogue } from '../catalogue';

export const shortcuts: Catalogue['shortcuts'] = {
  title: '键盘快捷键',
  open: '显示键盘快捷键',
  none: '此页面没有可用的快捷键。',
  singleKeys: '启用这些快捷键',
  singleKeysNote: '如果您使用语音输入，或与其他工具冲突，请将其关闭。',
  or: '或',
  groups: { page: '页面', viewer: '阅片', worklist: '工作列表' },
  actions: {
    sheet: '显示或关闭此列表',
    theme: '切换深色与浅色',
    open: '选择文件',
    analyse: '前往“分析”',
    model: '前往“模型”',
  },
  keys: {
    Escape: 'Esc',
    Enter: 'Enter',
    ' ': '空格',
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
    Shift: 'Shift',
    Control: 'Ctrl',
    Alt: 'Alt',
    Delete: 'Delete',
    Home: 'Home',
    End: 'End',
  },
};
