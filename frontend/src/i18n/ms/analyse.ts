import type { Catalogue } from '../en';
import { format } from './format';
import { either, lower } from './shared';

function daysFromAdmission(day: number): string {
  if (day === 0) {
    return 'hari kemasukan ke hospital';
  }
  return `${Math.abs(day)} hari ${day > 0 ? 'selepas' : 'sebelum'} kemasukan ke hospital`;
}

export const analyse: Catalogue['analyse'] = {
  intro: {
    title: 'Tahap keterukan COVID-19 daripada radiograf dada',
    lead: 'Buka radiograf frontal. Rangkaian neural menggredkannya sebagai ringan, sederhana atau teruk, memberikan kebarangkalian setiap gred, dan memetakan kawasan yang dilihatnya.',
  },
  intake: {
    title: 'Buka radiograf dada',
    ways: 'Lepaskan fail atau folder di mana-mana pada halaman ini, tampalkan, atau pilih.',
    choose: 'Pilih fail',
    chooseFolder: 'Pilih folder',
    formats: (maxBytes) =>
      `PNG, JPEG, TIFF atau DICOM${maxBytes ? `, sehingga ${format.megabytes(maxBytes)}` : ''}`,
    another: 'Buka yang lain',
    dropNow: 'Lepaskan untuk dianalisis',
    pastedName: (time) => `Imej yang ditampal ${time}`,
  },
  privacy: 'Imej diproses dalam ingatan dan tidak disimpan.',
  samples: {
    title: 'Atau cuba satu sampel',
    sexes: { f: 'perempuan', m: 'lelaki' },
    caption: (projection, day) => `${projection}, hari ${day < 0 ? `−${-day}` : day}`,
    description: (sex, projection, day) =>
      `Pesakit ${sex}, projeksi ${projection}, ${daysFromAdmission(day)}`,
    open: (id, caption) => `Sampel ${id}: ${caption}`,
    source: 'Winther et al., COVID-19 Image Repository',
    publisher: 'Hannover Medical School, saiz dikecilkan',
    licence: 'CC BY 3.0',
  },
  running: {
    title: 'Menganalisis',
    stage: (name) => `Menganalisis ${name}`,
  },
  cancelled: 'Dibatalkan.',
  failed: {
    title: 'Tiada keputusan',
    lead: (name) => `${name} tidak digredkan.`,
    code: (code) => `Kod ${code}`,
  },
  result: {
    eyebrow: 'Anggaran tahap keterukan',
    confidence: 'keyakinan model',
    rightWhen: (severity, { value, low, high }, images) =>
      `Apabila ia mengatakan ${lower(severity)}, ia betul dalam ${format.share(value)} (selang 95% ${format.shares(low, high)}; ${images} filem yang belum pernah dilihat).`,
    probabilities: 'Kebarangkalian setiap gred',
    refer: (severities) => `${either(severities)}: biar manusia yang menentukan.`,
    coverage: (coverage) =>
      `Dalam kira-kira ${format.ofHundred(coverage)} daripada 100 filem, gred rujukan ada antara yang ini.`,
    announce: (name, severity, confidence) =>
      `Keputusan untuk ${name}: ${lower(severity)}, keyakinan model ${format.probability(confidence)}.`,
  },
  ruler: {
    readers: (points) => `Dua pakar radiologi berbeza sebanyak ${points} mata secara purata.`,
    apart: (ofTotal, grade) =>
      `Jumlah Brixia terletak dalam julat ${lower(ofTotal)}, gred paling berkemungkinan ialah ${lower(grade)}: rangkaian menganggarkan kedua-duanya secara berasingan, dan dekat sempadan keduanya boleh berbeza. Biar manusia yang menentukan.`,
  },
  brixia: {
    title: 'Anggaran skor Brixia',
    of: 'daripada 18',
    interval: (low, high) => `Selang 90%: ${low} hingga ${high}`,
    height: 'Aras dalam paru-paru',
    rightLung: 'Paru-paru kanan',
    leftLung: 'Paru-paru kiri',
    upper: 'Atas',
    middle: 'Tengah',
    lower: 'Bawah',
    note: 'Kanan dan kiri ialah kanan dan kiri pesakit. Setiap zon: 0 (tiada perubahan) hingga 3.',
  },
  details: {
    title: 'Butiran',
    model: 'Model',
    modelCard: (name, version) => `${name} ${version}, kad model`,
    time: 'Masa pemprosesan',
    explanation: 'Penjelasan',
    method: (target) => `Grad-CAM untuk ${lower(target)}`,
    peak: (peak) => `puncak ${peak}`,
    checksum: 'SHA-256',
    lungs: 'Peta dalam paru-paru',
    technical: 'Teknikal',
    steps: { decode: 'Membaca fail', model: 'Rangkaian', explain: 'Peta haba', encode: 'Gambar' },
  },
  guide: {
    title: 'Cara membaca keputusan',
    entries: [
      {
        term: 'Tahap keterukan',
        text: 'Gred yang paling berkemungkinan antara tiga gred. Ia hanya tentang imej ini, bukan tentang perjalanan penyakit pesakit.',
      },
      {
        term: 'Ringan, sederhana, teruk',
        text: 'Julat jumlah Brixia seperti yang diberi oleh pakar radiologi: ringan 0 hingga 5, sederhana 6 hingga 11, teruk 12 hingga 18. Sempadan ini ialah kelaziman perisian ini; ia tidak menyatakan apa-apa tentang rawatan.',
      },
      {
        term: 'Keyakinan model',
        text: 'Kebarangkalian gred itu menurut model sendiri. Nilainya boleh tinggi tetapi masih salah, terutamanya bagi imej yang tidak serupa dengan imej latihannya. Imej yang bukan radiograf dada frontal mendapat gred yang tidak bermakna.',
      },
      {
        term: 'Biar manusia yang menentukan',
        text: 'Dinyatakan apabila lebih daripada satu gred masih munasabah; semuanya disebut. Kekerapan gred rujukan berada antara gred yang disebut ditetapkan pada filem pesakit lain: ia benar bagi banyak filem secara keseluruhan, bukan bagi setiap filem, dan bukan bagi imej yang tidak serupa.',
      },
      {
        term: 'Skor Brixia',
        text: 'Anggaran model tentang sejauh mana enam zon paru-paru berubah: setiap satu daripada 0 (tiada) hingga 3 (alveolar lebih daripada interstisial), jumlahnya 18. Ia bukan skor pakar radiologi.',
      },
      {
        term: 'Peta haba',
        text: 'Kelegapan dilihat menunjukkan tempat rangkaian melihat kelegapan di dalam paru-paru; skalanya mutlak, dan filem yang bersih kekal gelap. Grad-CAM menanda kawasan kasar yang menaikkan jumlah Brixia atau sesuatu gred; warnanya diskalakan mengikut maksimum peta itu sendiri: apabila puncaknya hampir 0, haba yang terang pun tidak bermakna banyak. Kedua-duanya bukan segmentasi, dan haba bukan bukti penyakit.',
      },
    ],
  },
};
