import { dayOrNone, isoOfDicom } from '../../../lib/days';
import type { Study } from '../../../lib/study';
import type { WorklistStore } from './store';

const DATE_IN_NAME = /(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)/;
const PREFIX_AT = 128;
const PREFIX = 'DICM';

/** A day that a file's name holds, as in `film-2020-03-14.png`, as YYYY-MM-DD; else empty. */
export function dateInName(name: string): string {
  const [, year, month, day] = DATE_IN_NAME.exec(name) ?? [];
  return year ? dayOrNone(`${year}-${month}-${day}`) : '';
}

/** Patients as they came, by number: the identity in the file goes no further than this map. */
export class Patients {
  readonly #numbers = new Map<string, string>();

  numberOf(patientId: string): string {
    if (patientId === '') {
      return '';
    }
    const known = this.#numbers.get(patientId);
    const number = known ?? String(this.#numbers.size + 1);
    this.#numbers.set(patientId, number);
    return number;
  }
}

async function looksLikeDicom({ source }: Study): Promise<boolean> {
  return (
    source instanceof File &&
    (await source.slice(PREFIX_AT, PREFIX_AT + PREFIX.length).text()) === PREFIX
  );
}

/** Reads day and patient from the DICOM files among the given films, one after the other. */
export async function readFacts(
  store: WorklistStore,
  films: readonly { id: number; study: Study }[],
  patients: Patients,
): Promise<void> {
  for (const { id, study } of films) {
    try {
      if (study.source instanceof File && (await looksLikeDicom(study))) {
        const { headerOf } = await import('../../../viewer/decode/dicomHeader');
        const header = await headerOf(study.source);
        if (header) {
          const date = isoOfDicom(header.studyDate);
          const patient = patients.numberOf(header.patientId);
          store.learn(id, { patient, view: header.viewPosition, ...(date && { date }) });
        }
      }
    } catch {
      // A file that cannot be read says so when it is its turn to be graded.
    }
  }
}
