import type { Catalogue } from '../catalogue';

const EXPORT_AGAIN = 'Eksport semula imej daripada sumbernya dan buka fail itu.';
const CHECK = 'Semak imej itu, atau lihat juga ramalannya dan baca dengan berhati-hati.';
const NOT_THE_FILE = 'Masalahnya bukan pada fail anda.';

export const failures: Catalogue['failures'] = {
  words: {
    'empty-file': { hint: 'Pilih fail itu semula; salinannya mungkin belum selesai.' },
    'not-an-image': {
      hint: 'Buka radiograf itu sendiri. Nama fail tidak penting; kandungannya yang penting.',
    },
    'unsupported-format': {
      hint: 'Simpan imej sebagai PNG, JPEG, TIFF atau DICOM dan buka fail itu.',
    },
    'damaged-image': { hint: EXPORT_AGAIN },
    'file-too-large': {
      title: 'Fail terlalu besar',
      detail: 'Paling banyak 25 MB diterima. Fail itu tidak dihantar.',
      hint: 'Mampatkan atau kecilkan imej, atau eksportnya dalam saiz yang lebih kecil.',
    },
    'image-too-large': { hint: 'Kecilkan imej, kemudian buka semula.' },
    'image-too-small': { hint: 'Buka imej asal, bukan imej kecilnya.' },
    'image-without-contrast': {
      hint: 'Buka imej dalam pemapar: jika ia kosong di situ juga, eksport semula; jika tidak, tetapan tetingkapnya mungkin tersasar daripada data.',
    },
    'multi-frame': { hint: 'Simpan satu imej yang anda maksudkan sebagai fail tersendiri.' },
    'unsupported-colour-space': { hint: 'Simpan imej dalam skala kelabu atau RGB.' },
    'dicom-not-a-radiograph': {
      hint: 'Buka imej CR atau DX, atau tangkapan sekunder daripadanya. CT, MR dan lain-lain tidak dapat digredkan.',
    },
    'not-a-frontal-chest-radiograph': { hint: 'Buka filem dada PA atau AP.' },
    'cross-section': { hint: CHECK },
    'lateral-projection': { hint: CHECK },
    'inverted-grey-scale': { hint: CHECK },
    'turned-by-90-degrees': { hint: CHECK },
    'turned-by-180-degrees': { hint: CHECK },
    'field-too-small': { hint: CHECK },
    'low-resolution': { hint: CHECK },
    'dicom-for-processing': {
      hint: 'Eksport imej “for presentation” daripada PACS anda; data mentah pengesan tidak digredkan.',
    },
    'dicom-without-image': { hint: 'Pilih objek kajian yang mengandungi imej.' },
    'dicom-unsupported-encoding': {
      hint: 'Eksport objek DICOM tanpa mampatan, atau sebagai PNG.',
    },
    'not-ready': {
      hint: 'Model mungkin masih dimuatkan. Cuba lagi dalam beberapa saat; jika berterusan, maklumkan kepada pengendali perkhidmatan.',
    },
    'upload-too-slow': {
      hint: 'Sambungan perlahan. Cuba lagi, atau hantar eksport yang lebih kecil.',
    },
    busy: { hint: `${NOT_THE_FILE} Tunggu beberapa saat dan cuba lagi.` },
    'internal-error': {
      hint: `${NOT_THE_FILE} Cuba lagi; jika berlaku lagi, laporkan bersama masanya.`,
    },
    network: {
      title: 'Perkhidmatan tidak dapat dihubungi',
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
  },
  unknown: {
    title: 'Fail tidak digredkan',
    hint: 'Cuba lagi, atau buka fail lain.',
  },
};
