import type { Catalogue } from '../en';
import { format } from './format';

export const report: Catalogue['report'] = {
  menu: 'Laporan',
  pdf: 'Laporan (PDF)',
  reports: 'Laporan (PDF)',
  png: 'Imej dengan peta haba (PNG)',
  json: 'Data (JSON)',
  forms: {
    fhir: 'Himpunan FHIR',
    sr: 'Laporan berstruktur DICOM, dengan pesakit dalam fail',
  },
  making: 'Menyediakan laporan',
  impression: 'Impresi',
  impressionHint: 'Kata-kata anda dimasukkan ke dalam laporan, sebagai PDF dan teks.',
  writtenFor: (version) => `Ditulis untuk keputusan model versi ${version}.`,
  writtenOf: 'Ditulis untuk gambar lain bagi filem ini.',
  noForms:
    'Bagi gambar yang dibaiki tiada hasil FHIR atau DICOM: gambar itu tidak menyebut pesakit atau kajian.',
  impressionOf: (grade, probability, total, ends) =>
    `Anggaran tahap keterukan ${grade.toLowerCase()} (${probability}); anggaran skor Brixia ${total} daripada 18${ends.length > 0 ? `, selang 90% ${ends.join(' hingga ')}` : ''}.`,
  between: (grades) => `Masih munasabah: ${grades}.`,
  reader: 'Pembaca',
  copy: 'Salin sebagai teks',
  copied: 'Disalin.',
  uncopied:
    'Pelayar tidak membenarkan halaman ini menyalin. Simpan laporan sebagai PDF, atau data sebagai JSON atau CSV.',
  print: 'Cetak',
  summary: (graded, refused, hidden) =>
    `${format.integer(graded)} digredkan, ${format.integer(refused)} tanpa gred${hidden > 0 ? `, ${format.integer(hidden)} tersembunyi` : ''}.`,
  versions: (versions) =>
    `Filem ini digred oleh versi ${format.all(versions)} model: bandingkan gred satu versi sahaja.`,
  progress: (done, of) => `Membuat laporan: filem ${done} daripada ${of}`,
  writing: (done, of) => `Menulis halaman: filem ${done} daripada ${of}`,
  saved: (name) => `${name} telah disimpan.`,
  failed: 'Laporan tidak dapat dibuat. Cuba lagi; jika gagal lagi, simpan data sebagai JSON.',
  failedOf: (name) => `Laporan ${name} tidak dapat dibuat. Buka filem itu dan cuba lagi.`,
  title: 'Anggaran tahap keterukan COVID-19 daripada radiograf dada',
  disclaimer:
    'Perisian penyelidikan. Bukan diagnosis, bukan peranti perubatan, bukan untuk keputusan tentang pesakit. Gred ini hanya tentang imej ini.',
  file: 'Fail',
  filmDate: 'Tarikh filem',
  view: 'Pandangan',
  notKnown: 'tidak diketahui',
  changed: 'Diubah sebelum digredkan',
  gradedAt: 'Digredkan',
  image: 'Imej',
  plausible: 'Gred yang masih munasabah',
  refer: 'Rujuk kepada pakar radiologi: model tidak dapat membezakan gred ini.',
  sure: 'Satu gred sahaja yang masih munasabah.',
  noFindings: 'Semakan automatik gambar tidak menimbulkan bantahan. Ia tidak mencari penyakit.',
  noHeatmap: 'Laporan ini tidak mengandungi peta haba.',
  mapsMissing: (count) =>
    `Dalam laporan ini ${format.integer(count)} filem tiada peta haba: perkhidmatan tidak menghantarnya.`,
  weak: 'Isyarat lemah: peta haba ini tidak bermakna banyak.',
  insideLungs: (share) =>
    `${format.share(share)} daripada peta haba berada di dalam anggaran kawasan paru-paru.`,
  page: (page, of) => `Halaman ${page} daripada ${of}`,
};
