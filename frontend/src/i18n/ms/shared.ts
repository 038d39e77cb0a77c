import type { Severity, Subject, Target } from '../../lib/prediction';
import type { Catalogue } from '../en';
import { format } from './format';

const severities: Record<Severity, string> = {
  mild: 'Ringan',
  moderate: 'Sederhana',
  severe: 'Teruk',
};

export const lower = (subject: Subject) =>
  subject === 'burden' ? 'jumlah Brixia' : severities[subject].toLowerCase();

export function either(grades: readonly Severity[]): string {
  const names = format.either(grades.map(lower));
  return names.charAt(0).toUpperCase() + names.slice(1);
}

export const shared: Catalogue['shared'] = {
  name: 'CXR Severity',
  severities,
  targets: { burden: 'Jumlah Brixia', predicted: 'Diramal', ...severities } as Record<
    Target,
    string
  >,
  retry: 'Cuba lagi',
  cancel: 'Batal',
  close: 'Tutup',
  loading: 'Memuatkan',
  notFollowUp:
    'Tidak diuji untuk mengikuti perkembangan pesakit atau menentukan siapa didahulukan: ia menggredkan filem satu demi satu.',
  notDiagnosis: 'Perisian penyelidikan. Bukan diagnosis, bukan peranti perubatan.',
};
