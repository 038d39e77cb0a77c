import type { Catalogue } from '../catalogue';

export const quality: Catalogue['quality'] = {
  title: 'Kualiti imej',
  rejected: 'Tidak sesuai untuk dinilai. Gred di bawah dipaparkan kerana anda memintanya.',
  why: 'Sebab ia tidak digredkan',
  force: 'Tunjukkan juga ramalan',
  caution: 'Gred bagi imej sebegini mungkin tidak bermakna. Ia akan ditandai.',
  levels: { reject: 'Ditolak', warn: 'Berhati-hati' },
  codes: {
    'colour-image': 'Imej ini berwarna; radiograf berwarna kelabu.',
    'not-a-radiograph': 'Imej ini tidak kelihatan seperti radiograf.',
    'cross-section': 'Imej ini kelihatan seperti CT atau keratan rentas lain.',
    'lateral-projection': 'Filem ini kelihatan seperti projeksi lateral. Buka filem PA atau AP.',
    'inverted-grey-scale': 'Hitam dan putih kelihatan terbalik. Songsangkan imej dan buka semula.',
    'turned-by-90-degrees': 'Filem ini terbaring di sisinya. Tegakkan dan buka semula.',
    'turned-by-180-degrees': 'Filem ini terbalik. Tegakkan dan buka semula.',
    'lungs-not-found': 'Sepasang paru-paru tidak ditemui dalam imej ini.',
    'lungs-cut-off': 'Sebahagian paru-paru mungkin berada di luar imej.',
    'field-too-small':
      'Paru-paru hanya memenuhi sebahagian kecil imej. Pangkas imej kepada bahagian dada.',
    'low-resolution': 'Imej ini mempunyai sedikit piksel; perubahan halus tidak dapat dilihat.',
    'over-exposed':
      'Sebahagian besar paru-paru kelihatan hitam; perubahan mungkin terlindung di situ.',
    'under-exposed': 'Paru-paru hampir tiada kontras; perubahan mungkin terlindung di situ.',
    'unfamiliar-image': 'Imej ini berbeza daripada radiograf dada yang dikenali oleh model.',
    'not-measured': 'Kualiti imej ini tidak dapat diukur.',
  },
};
