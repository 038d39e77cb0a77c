import type { Catalogue } from '../en';
import { format } from './format';

export const worklist: Catalogue['worklist'] = {
  title: 'Senarai kerja',
  progress: (settled, total) => `${format.integer(settled)} daripada ${format.integer(total)}`,
  progressLabel: 'Filem yang telah selesai',
  statuses: {
    queued: 'Dalam giliran',
    waiting: 'Menunggu',
    running: 'Sedang digred',
    done: 'Telah digred',
    hidden: 'Tersembunyi',
    rejected: 'Tidak dinilai',
    failed: 'Gagal',
    cancelled: 'Dibatalkan',
  },
  refer: 'rujuk',
  mine: (grade) => `anda: ${grade.toLowerCase()}`,
  forced: 'tidak sesuai',
  search: 'Cari mengikut nama',
  filter: 'Tunjukkan',
  filters: {
    all: 'Semua',
    refer: 'Untuk dirujuk',
    rejected: 'Tidak dinilai',
    failed: 'Gagal',
    open: 'Menunggu',
    hidden: 'Tersembunyi',
  },
  columns: {
    name: 'Fail',
    severity: 'Gred',
    brixia: 'Brixia',
    date: 'Tarikh',
    patient: 'Pesakit',
    flags: 'Nota',
  },
  sortBy: 'Susun mengikut ini; sekali lagi untuk terbalik, dan sekali lagi seperti ditambah',
  wide: 'Lebar',
  wideHint: 'Jadual di tempat filem, dengan semua lajurnya',
  thumbnails: 'Lakaran kecil',
  chosen: (count) => `${format.integer(count)} filem dipilih`,
  removeChosen: 'Buang yang ini',
  chooseNone: 'Nyahpilih',
  noneMatch: 'Tiada filem yang sepadan. Tunjukkan semua filem untuk melihat yang lain.',
  compare: (name) => `Bandingkan dengan ${name}`,
  retry: (name) => `Cuba ${name} sekali lagi`,
  cancel: (name) => `Batalkan ${name}`,
  remove: (name) => `Buang ${name} daripada senarai`,
  cancelAll: (count) => `Batalkan ${format.integer(count)} filem`,
  add: 'Tambah filem',
  clear: 'Kosongkan senarai',
  cleared: (count) => `${format.integer(count)} filem dibuang daripada senarai.`,
  undo: 'Kembalikan',
  csv: 'CSV',
  json: 'JSON',
  pdf: 'PDF',
  goesOnIn: (seconds) => `Giliran disambung dalam ${format.integer(seconds)} saat.`,
  goOn: 'Sambung sekarang',
  versions: (versions) =>
    `Filem ini digred oleh versi ${format.all(versions)} model: bandingkan gred satu versi sahaja, atau kosongkan senarai dan buka filem semula.`,
  noFile: {
    paste:
      'Papan klip tidak mengandungi imej. Salin gambar itu sendiri, atau simpan dan lepaskan failnya di sini.',
    drop: 'Yang dilepaskan bukan fail. Simpan gambar dahulu, kemudian lepaskan failnya di sini.',
  },
  unreadable:
    'Yang dilepaskan tidak dapat dibaca; mungkin telah dialihkan. Pilih fail atau folder itu sebagai ganti.',
  emptyFolder: (name) =>
    `Folder “${name}” tidak mengandungi fail. Buka folder yang mengandungi filem.`,
  skipped: (count) => `${format.integer(count)} fail yang bukan filem ditinggalkan.`,
  beyond: (count, taken) =>
    `Hanya ${format.integer(taken)} filem pertama diambil; buka ${format.integer(count)} yang lain setelah ini selesai.`,
  series: {
    title: 'Filem seorang pesakit',
    patient: 'Pesakit',
    dayHint: 'TTTT-BB-HH',
    date: 'Tarikh filem',
    tooFew:
      'Beri dua filem bergred pesakit yang sama dan tarikh masing-masing untuk melihat keterukan mengikut masa.',
    brixia: (score) => `Brixia ${score}`,
  },
};
