/** The sheet of keyboard shortcuts. Whoever registers a shortcut names it here. */
export const shortcuts = {
  title: 'Keyboard shortcuts',
  open: 'Show the keyboard shortcuts',
  none: 'No shortcuts are in use on this page.',
  singleKeys: 'Use these shortcuts',
  singleKeysNote: 'Switch them off if you dictate or if they clash with another tool.',
  or: 'or',
  groups: { page: 'Page', viewer: 'Viewer', worklist: 'Worklist' },
  actions: {
    sheet: 'Show or close this sheet',
    theme: 'Switch between dark and light',
    open: 'Choose a file',
    analyse: 'Go to Analyse',
    model: 'Go to Model',
  },
  keys: {
    Escape: 'Esc',
    Enter: 'Enter',
    ' ': 'Space',
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
  } as Record<string, string>,
};

export type ShortcutGroup = keyof (typeof shortcuts)['groups'];
export type ShortcutAction = keyof (typeof shortcuts)['actions'];
