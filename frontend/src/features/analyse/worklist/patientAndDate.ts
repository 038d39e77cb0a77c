import { dayOrNone, isDayOfFilm, isoOfDicom, latestDay } from '../../../lib/days';
import type { Study } from '../../../lib/study';
import type { Header } from '../../../viewer/decode/film';
import { patientOf } from './dated';
import type { WorklistStore } from './store';

const DAYS = /(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)/g;
/** No film can be of this illness before it. */
const FIRST_DAY = '2019-12-01';
const PREFIX_AT = 128;
const PREFIX = 'DICM';

/**
 * The day that a file's name holds, as in `film-2020-03-14.png`, as YYYY-MM-DD; else empty. Names
 * hold days of birth and of exports too: a day on which no film of this illness can have been taken
 * is passed over, and of two that are left neither is taken.
 */
export function dateInName(name: string, now = new Date()): string {
  const days = [...name.matchAll(DAYS)]
    .map(([, year, month, day]) => dayOrNone(`${year}-${month}-${day}`))
    .filter((day) => day >= FIRST_DAY && day <= latestDay(now));
  const [day = '', ...others] = new Set(days);
  return others.length === 0 ? day : '';
}

/** Whose number a patient's is: nobody's in the list, one that files gave, or only a person's word. */
export type NamedBy = 'nobody' | 'file' | 'person';

/** Patients as they came, by number: the identity in the file goes no further than this map. */
export class Patients {
  readonly #numbers = new Map<string, string>();
  #last = 0;

  /**
   * `identity`: as `identityOf` has it. `namedBy`: who called a patient of the list so; somebody else
   * gets another number, also where a person has meanwhile called somebody else by a known one.
   */
  numberOf(identity: string, namedBy: (name: string) => NamedBy): string {
    if (identity === '') {
      return '';
    }
    const known = this.#numbers.get(identity);
    if (known !== undefined && namedBy(known) !== 'person') {
      return known;
    }
    do {
      this.#last += 1;
    } while (namedBy(String(this.#last)) !== 'nobody');
    const number = String(this.#last);
    this.#numbers.set(identity, number);
    return number;
  }
}

/**
 * One text for each person: an ID is one of its hospital only, and many files share `ANON` or `0`.
 * Empty where the file has no ID.
 */
export function identityOf(header: Header): string {
  const { patientId, patientIdIssuer, birthDate, patientName } = header;
  const name = patientName
    .normalize('NFC')
    .toUpperCase()
    .replaceAll(/[^\p{L}]+/gu, ' ')
    .trim();
  return patientId && JSON.stringify([patientIdIssuer, patientId, birthDate, name]);
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
          const date = isoOfDicom(header.filmDate);
          const { items, cleared } = store.snapshot();
          // What was removed may be brought back.
          const namedBy = (name: string) => {
            const films = [...items, ...cleared].filter((film) => patientOf(film) === name);
            const byFile = films.some((film) => !store.isSaid(film.id, 'patient'));
            return films.length === 0 ? 'nobody' : byFile ? 'file' : 'person';
          };
          const patient = patients.numberOf(identityOf(header), namedBy);
          store.learn(id, {
            patient,
            view: header.viewPosition,
            ...(isDayOfFilm(date) && { date }),
          });
        }
      }
    } catch {
      // A file that cannot be read says so when it is its turn to be graded.
    }
  }
}
