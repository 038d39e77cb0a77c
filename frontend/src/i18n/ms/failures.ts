import words from '../../client/words/ms.json';
import type { Catalogue } from '../en';
import { format } from './format';

const NOT_THE_FILE = 'Masalahnya bukan pada fail anda.';
const OTHER_KEY = 'Masukkan kunci lain di bahagian atas halaman.';

export const failures: Catalogue['failures'] = {
  words: {
    ...words.problems,
    // Here the key has its place on the page.
    'credentials-missing': {
      title: 'Perkhidmatan meminta kunci API',
      hint: 'Masukkannya di bahagian atas halaman. Kunci diberikan oleh pengendali perkhidmatan.',
    },
    'credentials-invalid': { title: 'Kunci tidak diterima', hint: OTHER_KEY },
    'credentials-expired': { title: words.problems['credentials-expired'].title, hint: OTHER_KEY },
    'scope-missing': { title: words.problems['scope-missing'].title, hint: OTHER_KEY },
    network: {
      title: 'Tiada jawapan daripada perkhidmatan',
      detail: 'Sambungan gagal sebelum jawapan diterima.',
      hint: 'Semak sambungan anda dan pastikan perkhidmatan sedang berjalan, kemudian cuba lagi.',
    },
    'unexpected-answer': {
      title: 'Jawapan tidak dapat dibaca',
      detail: 'Sesuatu selain perkhidmatan ini telah menjawab, mungkin proksi di antaranya.',
      hint: `${NOT_THE_FILE} Cuba lagi; jika berterusan, maklumkan kepada pengendali perkhidmatan.`,
    },
    'other-version': {
      title: 'Perkhidmatan ini berlainan versi daripada halaman ini',
      detail: 'Jawapannya mempunyai bentuk yang tidak dibaca oleh halaman ini.',
      hint: 'Simpan keputusan anda, kemudian muat semula halaman untuk mendapatkan yang sepadan.',
    },
    'unreadable-file': {
      title: 'Fail tidak dapat dibaca',
      detail: 'Ia ialah folder, atau telah dialihkan atau diubah selepas anda memilihnya.',
      hint: 'Pilih fail itu semula.',
    },
    cancelled: {
      title: 'Penggredan dibatalkan',
      detail: 'Filem ini dikeluarkan daripada giliran sebelum digredkan.',
      hint: 'Cuba lagi untuk menggredkannya.',
    },
  },
  tooLarge: (maxBytes) =>
    `Paling banyak ${format.megabytes(maxBytes)} diterima. Fail itu tidak dihantar.`,
  unknown: {
    title: 'Fail tidak digredkan',
    hint: 'Cuba lagi, atau buka fail lain.',
  },
};
