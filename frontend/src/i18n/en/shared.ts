import type { Severity, Subject, Target } from '../../lib/prediction';
import { format } from './format';

const severities: Record<Severity, string> = {
  mild: 'Mild',
  moderate: 'Moderate',
  severe: 'Severe',
};

export const lower = (subject: Subject) =>
  subject === 'burden' ? 'the Brixia total' : severities[subject].toLowerCase();

/** "Mild or moderate": a sentence's beginning. */
export function either(grades: readonly Severity[]): string {
  const names = format.either(grades.map(lower));
  return names.charAt(0).toUpperCase() + names.slice(1);
}

/** Names that more than one part of the page uses. */
export const shared = {
  name: 'CXR Severity',
  severities,
  targets: { burden: 'Brixia total', predicted: 'Predicted', ...severities } as Record<
    Target,
    string
  >,
  retry: 'Try again',
  cancel: 'Cancel',
  close: 'Close',
  loading: 'Loading',
  notFollowUp:
    'Not tested for following a patient or for deciding who comes first: it grades single films.',
  notDiagnosis: 'Research software. Not a diagnosis, not a medical device.',
};
