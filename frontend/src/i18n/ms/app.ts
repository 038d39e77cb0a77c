import type { Catalogue } from '../en';

export const app: Catalogue['app'] = {
  title: 'CXR Severity: tahap keterukan COVID-19 daripada radiograf dada',
  skip: 'Langkau ke radiograf',
  skipToContent: 'Langkau ke kandungan',
  standing: { what: 'Perisian penyelidikan.', not: 'Bukan diagnosis, bukan peranti perubatan.' },
  pages: 'Halaman',
  analyse: 'Analisis',
  model: 'Model',
  docs: 'Dokumentasi API',
  theme: { light: 'Guna tema cerah', dark: 'Guna tema gelap' },
  language: 'Bahasa',
  languageChanged: 'Halaman ini kini dalam Bahasa Melayu.',
  languageFailed: (name) => `${name} tidak dapat dimuatkan. Semak sambungan anda dan cuba lagi.`,
  privacy: 'Imej diproses dalam ingatan dan tidak disimpan.',
  offline: {
    title: 'Perkhidmatan tidak dapat dihubungi.',
    detail:
      'Apa yang ada pada halaman ini kekal. Imej baharu boleh digredkan sebaik sahaja sambungan pulih.',
    check: 'Semak semula',
    checking: 'Menyemak',
    back: 'Perkhidmatan boleh dihubungi semula.',
  },
  key: {
    missing:
      'Perkhidmatan ini perlu tahu siapa yang memanggilnya: ia menggredkan filem bagi mereka yang mempunyai kunci API. Kunci diberikan oleh pengendali perkhidmatan.',
    refused:
      'Kunci ini tidak diterima: ia tersalah taip, telah tamat tempoh atau dibatalkan, atau bukan kunci untuk menggredkan filem.',
    held: 'Kunci API sedang digunakan, dan ditunjukkan kepada perkhidmatan ini sahaja. Ia hilang apabila tab ini ditutup, tetapi pelayar boleh membuka semula tab yang ditutup: lupakan kunci sebelum anda meninggalkan komputer yang dikongsi.',
    label: 'Kunci API',
    use: 'Guna kunci ini',
    trying: 'Mencuba kunci',
    forget: 'Lupakan kunci',
    taken: 'Kunci diterima.',
    open: 'Tukar atau lupakan kunci API',
  },
  unloaded: {
    title: 'Bahagian halaman ini tidak dapat ditunjukkan.',
    detail:
      'Semua yang lain pada halaman ini kekal. Semak sambungan anda dan cuba lagi. Jika itu tidak membantu, simpan keputusan dan bacaan anda, kemudian muat semula halaman.',
  },
  crash: {
    title: 'Halaman ini gagal',
    detail:
      'Tiada imej yang hilang atau disimpan. Muat semula halaman; jika gagal lagi, sila laporkan.',
    reload: 'Muat semula',
  },
};
