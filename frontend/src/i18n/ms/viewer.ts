import type { Catalogue } from '../catalogue';
import { lower, shared } from './shared';

export const viewer: Catalogue['viewer'] = {
  region: 'Radiograf',
  image: (name) => `Radiograf: ${name}`,
  overlayImage: (name) => `Radiograf dengan peta habanya: ${name}`,
  size: (width, height, format) => `${width} × ${height} ${format.toUpperCase()}`,
  target: 'Peta haba untuk',
  opacity: 'Kelegapan',
  fade: 'Tindanan hingga peta haba sahaja',
  scale: 'Pengaruh terhadap gred',
  scaleDescription:
    'Skala warna peta haba: ungu ialah rendah, jingga ialah tinggi, kuning pucat ialah maksimum',
  low: 'rendah',
  high: 'tinggi',
  notShown:
    'Pelayar ini tidak dapat memaparkan fail itu sendiri. Di bawah ialah tindanan yang dilukis oleh perkhidmatan; peluncur mengubahnya hingga peta haba sahaja.',
  emptyMap: (target) =>
    `Peta ini kosong: tiada kawasan dalam imej ini yang menaikkan skor untuk ${lower(target)}.`,
  weakMap:
    'Isyarat lemah: peta ini hampir tidak mempengaruhi gred. Warna terang tidak bermakna banyak di sini.',
  noExplanation: 'Perkhidmatan tidak menghantar peta haba untuk imej ini.',
  targetFailed: (target, title) =>
    `Tiada peta haba untuk ${shared.targets[target].toLowerCase()}: ${title}.`,
  announceTarget: (target) => `Peta haba kini menunjukkan ${lower(target)}.`,
};
