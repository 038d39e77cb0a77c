import type { Catalogue } from '../en';
import { format } from './format';

const films = (count: number) => `${format.integer(count)} filem`;

export const reading: Catalogue['reading'] = {
  title: 'Bacaan anda',
  blind: 'Penilaian buta',
  blindHint: 'Anda menilai dahulu, kemudian melihat keputusan',
  hiddenTitle: 'Giliran anda',
  hiddenLead: (name) => `${name} sudah digredkan. Nilaikan dahulu, kemudian dedahkan keputusan.`,
  agree: 'Setuju',
  agreed: 'Anda bersetuju dengan model.',
  disagreed: (mine, model) => `Anda: ${mine}. Model: ${model}.`,
  wasBlind: 'Dinilai secara buta.',
  notBlind: 'Tidak dinilai secara buta.',
  unblinded:
    'Pada mulanya dinilai secara buta, kemudian diubah atau ditambah selepas keputusan didedahkan: bacaan ini tidak lagi dikira sebagai buta.',
  contradicts: (total, amounts, chosen) =>
    `Skor zon berjumlah ${total}, iaitu ${amounts.toLowerCase()}, tetapi gred yang dipilih ialah ${chosen.toLowerCase()}; gred pilihan itu yang dikira.`,
  reveal: 'Dedahkan keputusan',
  seenBefore: 'Keputusannya pernah dipaparkan: bacaan ini tidak dikira sebagai buta.',
  zonesAndComment: 'Zon dan ulasan',
  zones: (scores) => `zon ${scores}`,
  zone: (zone) => `Skor anda untuk zon ${zone}`,
  zoneOff: 'Tekan skor sekali lagi untuk membuangnya',
  total: (total, most) => `${total} daripada ${most}`,
  comment: 'Ulasan',
  clear: 'Tarik balik bacaan ini',
  save: 'Simpan semua bacaan',
  restore: 'Buka bacaan',
  restored: (count, waiting) =>
    waiting > 0
      ? `${films(count)} dibaca daripada fail; ${format.integer(waiting)} daripadanya belum dibuka atau belum digredkan.`
      : `${films(count)} dibaca daripada fail.`,
  newerHere: (count) => `Bagi ${films(count)} bacaan di sini lebih baharu dan dikekalkan.`,
  replaced: (count) => `Bagi ${films(count)} bacaan di sini lebih lama dan telah diganti.`,
  takeBack: 'Kembalikan bacaan yang lama',
  notReadings: (name) => `${name} tidak mengandungi bacaan halaman ini.`,
  agreementTitle: 'Persetujuan antara anda dengan model',
  agreement: (count, same, kappa) =>
    `Anda dan model: ${films(count)}, gred sama pada ${format.integer(same)}${kappa === null ? '' : `, kappa berwajaran ${kappa}`}.`,
  ofThemBlind: 'Daripadanya secara buta',
  allBlind: 'Semuanya secara buta.',
};
