import type { Catalogue } from '../en';
import { format } from './format';

export const model: Catalogue['model'] = {
  title: (name, version) => `${name} ${version}`,
  lead: (images, patients) =>
    `Diukur pada ${format.integer(images)} filem daripada ${format.integer(patients)} pesakit, setiap satu dibaca hanya oleh rangkaian yang belum pernah melihat pesakit itu. Dalam kurungan: selang keyakinan 95%.`,
  loading: 'Memuatkan maklumat tentang model',
  unavailable: 'Maklumat tentang model tidak dapat dimuatkan',
  made: (date) => `Dibuat pada ${format.date(date)}`,
  sections: {
    metrics: 'Berapa kerap ia betul?',
    confusion: 'Apa yang disangka apa',
    reliability: 'Adakah kebarangkaliannya boleh dipercayai?',
    coverage: 'Apabila ia yakin, adakah ia betul?',
    subgroups: 'Bagi siapa ia kurang baik?',
    data: 'Data dan batasan',
    card: 'Kad model',
  },
  columns: {
    measure: 'Ukuran',
    model: 'Model, semua filem',
    onReaders: 'Model, filem yang diskor oleh dua pakar radiologi',
    readers: 'Kedua-dua pakar radiologi itu sesama sendiri',
    senior: 'Model berbanding pakar kanan sahaja, filem yang sama',
    majority: 'Sentiasa gred yang paling kerap',
  },
  rows: {
    images: 'Filem (pesakit)',
    accuracy: 'Ketepatan',
    macroF1: 'Makro-F1',
    kappa: 'Kappa berwajaran kuadratik',
    f1: (grade) => `F1, ${grade}`,
    twoStep: 'Ringan disangka teruk, atau sebaliknya',
    brixiaError: 'Jumlah Brixia: ralat mutlak min',
    brixiaR: 'Jumlah Brixia: korelasi',
  },
  ceiling: (model, readers) =>
    `“${model}” dan “${readers}” menunjukkan had manusia: sejauh mana model bersetuju dengan min dua pakar radiologi, dan sejauh mana mereka bersetuju sesama sendiri, pada filem yang sama.`,
  confusion: {
    caption: (seeds) =>
      `Bacaan mengikut gred rujukan (baris) dan gred ramalan (lajur)${seeds > 1 ? `; setiap filem dibaca oleh ${format.integer(seeds)} rangkaian` : ''}`,
    reference: 'Rujukan',
    predicted: (grade) => `Diramal ${grade}`,
    summary: (right, all) =>
      `${format.integer(right)} daripada ${format.integer(all)} bacaan terletak pada pepenjuru: di situ kedua-dua gred sama.`,
  },
  reliability: {
    x: 'Keyakinan model',
    y: 'Bahagian yang betul',
    readings: 'Bacaan',
    ideal: 'Kalibrasi sempurna',
    summary: ({ value, low, high }) =>
      `Secara purata, keyakinan dan bahagian gred yang betul berbeza sebanyak ${format.metric(value)} (${format.metric(low)}–${format.metric(high)}; ralat kalibrasi jangkaan). Titik di atas garis: lebih kerap betul daripada yang dinyatakan; di bawah: kurang kerap.`,
  },
  coverage: {
    x: 'Bahagian filem yang digredkan model, paling yakin dahulu',
    y: 'Bahagian gred yang salah',
    summary: (atHalf, at90) =>
      `Pada separuh filem yang paling diyakininya, ia betul pada ${format.share(atHalf.value)} (${format.shares(atHalf.low, atHalf.high)}). Ia betul 9 daripada 10 kali hanya pada ${format.share(at90)} filem yang paling diyakini.`,
  },
  sets: (coverage, size) =>
    `Set ramalan mengandungi gred rujukan pada ${format.share(coverage.value)} filem (${format.shares(coverage.low, coverage.high)}) dengan purata ${format.metric(size.value)} gred.`,
  table: 'Tunjukkan sebagai jadual',
  subgroup: {
    group: 'Kumpulan',
    attributes: { view: 'Projeksi', sex: 'Jantina', age: 'Umur', source: 'Sumber' },
    values: {
      unknown: 'tidak diketahui',
      F: 'perempuan',
      M: 'lelaki',
      'below 40': 'bawah 40',
      '40 to 64': '40 hingga 64',
      '65 and over': '65 ke atas',
    },
    note: 'Kumpulan kecil mempunyai selang yang lebar: perbezaan di dalamnya mungkin kebetulan.',
  },
  limits: [
    'Filemnya sedikit; selang keyakinan ialah bacaan jujur bagi jadual ini.',
    'Filem berasal daripada laporan kes dan hospital tunggal; populasi dan peranti lain tidak diketahui.',
    'Rujukan membawa percanggahan antara pembacanya, dan sebahagiannya menggabungkan dua skala.',
    'Bukan untuk kanak-kanak, filem lateral, CT, penyakit lain, susulan seorang pesakit atau triaj.',
  ],
  data: (images, patients, folds) =>
    `Dilatih dengan ${format.integer(images)} filem awam daripada ${format.integer(patients)} pesakit COVID-19; diukur dalam ${format.integer(folds)} lipatan yang mengekalkan setiap pesakit dalam satu lipatan.`,
  calibration: (coverage, threshold) =>
    `Kebarangkalian ditentukur pada filem yang belum pernah dilihat oleh rangkaian, daripada skor gred dan skor zon bersama-sama; sesuatu gred munasabah mulai ${format.metric(threshold)}, ditetapkan supaya mengandungi gred rujukan pada ${format.ofHundred(coverage)} daripada 100 filem.`,
  files: 'Hasil tambah semak pemberat (SHA-256)',
  licence: 'Tujuan penggunaan dan lesen, seperti yang dinyatakan oleh versi ini',
  cardNote: 'Kad ini disertakan dengan versi model dan ditulis dalam bahasa Inggeris.',
  cardFailed: 'Kad model tidak dapat dimuatkan.',
  rawCard: 'Kad sebagai Markdown',
  rawManifest: 'Semua angka sebagai JSON',
  headers: { confidence: 'Keyakinan min', accuracy: 'Betul', coverage: 'Digredkan', risk: 'Salah' },
};
