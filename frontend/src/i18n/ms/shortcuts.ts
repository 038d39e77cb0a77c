import type { Catalogue } from '../catalogue';

export const shortcuts: Catalogue['shortcuts'] = {
  title: 'Pintasan papan kekunci',
  open: 'Tunjukkan pintasan papan kekunci',
  none: 'Tiada pintasan digunakan pada halaman ini.',
  singleKeys: 'Guna pintasan ini',
  singleKeysNote:
    'Matikannya jika anda menggunakan imlak suara atau jika ia bercanggah dengan alat lain.',
  or: 'atau',
  groups: { page: 'Halaman', viewer: 'Pemapar', worklist: 'Senarai kerja' },
  actions: {
    sheet: 'Tunjukkan atau tutup helaian ini',
    theme: 'Tukar antara gelap dan cerah',
    open: 'Pilih fail',
    analyse: 'Pergi ke Analisis',
    model: 'Pergi ke Model',
  },
  keys: {
    Escape: 'Esc',
    Enter: 'Enter',
    ' ': 'Ruang',
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
