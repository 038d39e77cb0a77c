import words from '../../client/words/ms.json';
import type { Catalogue } from '../en';
import { format } from './format';

export const quality: Catalogue['quality'] = {
  title: 'Kualiti imej',
  rejected: 'Tidak sesuai untuk dinilai. Gred di bawah dipaparkan kerana anda memintanya.',
  why: 'Sebab ia tidak digredkan',
  force: 'Tunjukkan juga ramalan',
  caution: 'Gred bagi imej sebegini mungkin tidak bermakna. Ia akan ditandai.',
  repair: {
    turn: 'Tegakkan dan gredkan',
    invert: 'Songsangkan hitam putih dan gredkan',
    both: 'Tegakkan, songsangkan dan gredkan',
    all: (count) => `Lakukan pada semua ${format.integer(count)} filem yang ditolak kerana ini`,
    working: 'Membaiki gambar',
    failed: 'Halaman ini tidak dapat membaca piksel fail ini, maka tidak dapat membaikinya.',
    failedOf: (count) =>
      `Fail yang pikselnya tidak dapat dibaca halaman ini: ${format.integer(count)}. Ia kekal seperti asal.`,
    turned: (degrees) => `diputar ${format.integer(degrees)}°`,
    inverted: 'hitam dan putih ditukar',
    done: (what) => `Pada halaman ini, sebelum digredkan: ${what}.`,
    undo: 'Gunakan fail seadanya',
  },
  levels: { reject: 'Ditolak', warn: 'Berhati-hati' },
  codes: {
    ...words.findings,
    // The page mends these itself: nobody is sent to another program.
    'inverted-grey-scale': 'Hitam dan putih kelihatan terbalik.',
    'turned-by-90-degrees': 'Radiograf terbaring di sisinya.',
    'turned-by-180-degrees': 'Radiograf terbalik.',
  },
};
