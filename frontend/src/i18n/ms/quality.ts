import words from '../../client/words/ms.json';
import type { Catalogue } from '../en';

export const quality: Catalogue['quality'] = {
  title: 'Kualiti imej',
  rejected: 'Tidak sesuai untuk dinilai. Gred di bawah dipaparkan kerana anda memintanya.',
  why: 'Sebab ia tidak digredkan',
  force: 'Tunjukkan juga ramalan',
  caution: 'Gred bagi imej sebegini mungkin tidak bermakna. Ia akan ditandai.',
  levels: { reject: 'Ditolak', warn: 'Berhati-hati' },
  codes: words.findings,
};
