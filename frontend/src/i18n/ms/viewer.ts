import type { Catalogue } from '../en';
import { format } from './format';
import { lower, shared } from './shared';

const planes = {
  patient: '',
  detector: ' pada pengesan',
  unknown: ', kalibrasi tidak diketahui',
};

export const viewer: Catalogue['viewer'] = {
  region: 'Radiograf',
  viewport: (name) => `Ruang paparan ${name}`,
  image: (name) => `Radiograf: ${name}`,
  overlayImage: (name) => `Radiograf dengan peta habanya: ${name}`,
  loading: 'Membaca fail',
  keys: 'Kekunci anak panah menggerakkan filem, Shift dan anak panah mengubah tetingkapnya, tambah dan tolak mengezum, 0 memuatkannya, 1 hingga 5 memilih tetingkap, R memutar, H mencermin, I menyongsangkan, Z menunjukkan zon, F memenuhi skrin, S menyimpan gambar, Backspace menetapkan semula. Ruang menyembunyikan peta semasa ditekan. Dua jari menggerakkan dan mengezum.',
  keysOnFocus:
    'Kekunci anak panah menggerakkan filem, Shift dan anak panah mengubah tetingkapnya, tambah dan tolak mengezum. Ruang menyembunyikan peta semasa ditekan. Dua jari menggerakkan dan mengezum.',
  hint: {
    mouse:
      'Seret untuk tetingkap dan aras, putar roda untuk zum, tahan Ruang untuk menyembunyikan peta. Kekunci ? menyenaraikan yang lain.',
    touch: 'Dua jari menggerakkan dan mengezum filem; satu jari menatal halaman.',
    close: 'Faham',
  },
  size: (width, height, type) => `${width} × ${height} ${type.toUpperCase()}`,
  tools: {
    label: 'Alat gambar',
    window: 'Seretan mengubah tetingkap dan aras',
    pan: 'Seretan menggerakkan filem',
    length: 'Ukur panjang: seret, atau klik pada kedua-dua hujung',
    ratio:
      'Ukur nisbah kardiotoraks: jantung, kemudian dada; seret, atau klik pada kedua-dua hujung',
    lens: 'Kanta pembesar',
    invert: 'Songsangkan hitam dan putih',
    zoomIn: 'Zum masuk',
    zoomOut: 'Zum keluar',
    fit: 'Muatkan filem',
    rotate: 'Putar 90°',
    mirror: 'Cerminkan kiri dan kanan',
    zones: 'Tunjukkan zon Brixia',
    reset: 'Tetapkan semula paparan',
    save: 'Simpan gambar seperti yang dipaparkan',
    fullScreen: 'Skrin penuh',
  },
  unsaved: 'Gambar tidak dapat disimpan. Cuba lagi.',
  measures: {
    none: 'Tiada ukuran',
    heart: 'Jantung',
    chest: 'Dada',
    ratio: (ratio) => `CTR ${ratio}`,
    millimetres: (length, plane) => `${length} mm${planes[plane]}`,
    pixels: (length) => `${length} px`,
  },
  changes: {
    mirrored: 'Dicerminkan',
    turned: (degrees) => `Diputar ${degrees}°`,
    inverted: 'Hitam dan putih ditukar',
  },
  preset: 'Pratetap tetingkap',
  presets: {
    stored: 'Seperti disimpan',
    auto: 'Automatik',
    full: 'Julat penuh',
    lungs: 'Peparu',
    mediastinum: 'Mediastinum',
    own: 'Secara manual',
  },
  window: (centre, width) => `L ${centre} W ${width}`,
  readout: (x, y, value) => `x ${x}, y ${y}: ${value}`,
  scaleBar: (millimetres, plane) => `${millimetres} mm${planes[plane]}`,
  zonesDescription: (zones) =>
    `Zon Brixia dengan skornya: ${format.all(zones)}. Kedudukannya ialah skema.`,
  fittedZones: (zones) =>
    `Zon Brixia dengan skornya, disuaikan dengan paru-paru filem ini: ${format.all(zones)}.`,
  zonesNote:
    'Zon ini ialah skema di atas filem: model memberi skor kepadanya tetapi tidak melakar sempadannya.',
  layer: 'Peta',
  layers: { opacity: 'Kelegapan dilihat', 'grad-cam': 'Grad-CAM' },
  aboutLayer: {
    opacity:
      'Tempat rangkaian melihat kelegapan, dalam paru-paru yang ditemuinya. Skalanya mutlak: filem yang bersih kekal gelap. Bukan segmentasi.',
    'grad-cam':
      'Kawasan yang menaikkan jumlah Brixia atau gred yang dipilih. Diskala kepada maksimumnya sendiri. Bukan segmentasi.',
  },
  target: 'Peta haba untuk',
  style: 'Dilukis sebagai',
  styles: { heat: 'Warna', contours: 'Kontur' },
  strength: 'Kekuatan peta',
  threshold: 'Sembunyikan di bawah',
  colours: 'Warna',
  colourMaps: { inferno: 'Inferno', viridis: 'Viridis', cividis: 'Cividis' },
  scales: {
    opacity: 'Kebarangkalian kelegapan',
    'grad-cam': 'Pengaruh terhadap apa yang dijelaskan',
  },
  mapHidden: 'Peta disembunyikan',
  scaleDescription: (map) =>
    ({
      inferno: 'Skala warna peta haba: ungu rendah, jingga tinggi, kuning pucat tertinggi',
      viridis: 'Skala warna peta haba: biru rendah, hijau tinggi, kuning tertinggi',
      cividis: 'Skala warna peta haba: biru tua rendah, kelabu tinggi, kuning tertinggi',
    })[map],
  ends: { opacity: ['0%', '100%'], 'grad-cam': ['rendah', 'tinggi'] },
  notShown:
    'Halaman ini tidak dapat memaparkan fail itu sendiri; grednya tidak terjejas. Untuk melihat filem di sini, eksport sebagai PNG.',
  overlaidMap: (map) =>
    `Yang dipaparkan ialah tindanan seperti yang dilukis oleh perkhidmatan. Petanya: ${map}.`,
  unpainted:
    'Peta tidak dapat dilukis di atas filem ini. Ubah cara lukisannya untuk mencuba lagi, atau simpan melalui Laporan: gambar (PNG) dilukis oleh perkhidmatan, data (JSON) mengandungi setiap peta.',
  emptyMap: (target) =>
    `Peta ini kosong: tiada kawasan dalam imej ini yang menaikkan skor untuk ${lower(target)}.`,
  weak: {
    faint: 'Isyarat lemah: peta ini hampir tidak mempengaruhi gred. Ia tidak dilukis.',
    'outside-lungs':
      'Kurang daripada separuh Grad-CAM terletak dalam paru-paru: ia tidak dilukis, dan tidak bermakna bagi filem ini.',
  },
  noExplanation: 'Perkhidmatan tidak menghantar peta haba untuk imej ini.',
  targetFailed: (target, title) =>
    `Tiada peta haba untuk ${shared.targets[target].toLowerCase()}: ${title}.`,
  announceTarget: (target) => `Peta haba kini menunjukkan ${lower(target)}.`,
  announceWeak: (target) =>
    `Tiada peta haba dilukis untuk ${lower(target)}: isyaratnya terlalu lemah.`,
  compare: {
    title: 'Dua filem sebelah-menyebelah',
    link: 'Terpaut',
    over: 'Satu di atas yang lain',
    curtain: 'Tirai',
    curtainAt: 'Kedudukan tirai',
    curtainLeft: 'Tirai ke kiri',
    curtainRight: 'Tirai ke kanan',
    change: 'Perubahan',
    changeNote: (older, newer) => `Daripada ${older} kepada ${newer}`,
    orderUnknown: 'Urutan filem ini diambil tidak diketahui.',
    twoPatients: 'Filem ini daripada dua pesakit: tiada perubahan antaranya untuk dinyatakan.',
    twoVersions: (versions) =>
      `Filem ini digred oleh versi ${format.all(versions)} model: tiada perubahan antaranya untuk dinyatakan.`,
    twoViews: (older, newer) =>
      `Satu filem ialah ${older}, satu lagi ${newer}: perbezaan mungkin disebabkan itu.`,
    end: 'Tamatkan perbandingan',
  },
  header: {
    title: 'Pengepala DICOM',
    reveal: 'Tunjukkan identiti pesakit',
    hide: 'Sembunyikan identiti pesakit',
    patientName: 'Nama pesakit',
    patientId: 'ID pesakit',
    birthDate: 'Tarikh lahir',
    institution: 'Institusi',
    sex: 'Jantina',
    age: 'Umur',
    studyDate: 'Tarikh kajian',
    studyDescription: 'Kajian',
    modality: 'Modaliti',
    viewPosition: 'Kedudukan pandangan',
    bodyPart: 'Bahagian badan',
    manufacturer: 'Peranti',
    photometric: 'Skala kelabu',
    transferSyntax: 'Sintaks pemindahan',
    uncompressed: 'Tidak dimampatkan',
    ageOf: (count, unit) => `${count} ${{ D: 'hari', W: 'minggu', M: 'bulan', Y: 'tahun' }[unit]}`,
    matrix: 'Matriks',
    spacing: 'Jarak piksel',
    pixels: (columns, rows, bits) => `${columns} × ${rows}, ${bits} bit`,
    millimetres: (row, column, plane) =>
      `${row} × ${column} mm${plane === 'detector' ? ',' : ''}${planes[plane]}`,
  },
};
