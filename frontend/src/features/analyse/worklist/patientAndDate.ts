import { dayOrNone, isDayOfFilm, isoOfDicom, latestDay } from '../../../lib/days';
import type { Study } from '../../../lib/study';
import { isDicom, TELLING_BYTES } from '../../../viewer/decode/dicomStart';
import type { Header } from '../../../viewer/decode/film';
import { patientOf } from './dated';
import type { WorklistStore } from './store';

const DAYS = /(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)/g;
/** No film can be of this illness before it. */
const FIRST_DAY = '2019-12-01';

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

/** What a file says of who somebody is; empty where it says nothing. */
export interface Identity {
  readonly id: string;
  readonly issuer: string;
  readonly birthDate: string;
  readonly sex: string;
  readonly name: string;
}

const NOTHING_SAID: Identity = { id: '', issuer: '', birthDate: '', sex: '', name: '' };
/** What is written for everybody's ID where the ID is taken out. */
const BLANKED = /^(ANON|ANONYMOUS|ANONYMI[SZ]ED|NONE|NULL|UNKNOWN|0+)$/i;

/** Patients as they came, by number: the identity in the file goes no further than this list. */
export class Patients {
  readonly #known: { identity: Identity; number: string }[] = [];
  readonly #told = new Map<number, string>();
  #last = 0;

  /**
   * `namedBy`: who called a patient of the list so; somebody else gets another number, also where a
   * person has meanwhile called somebody else by a known one.
   */
  numberOf(identity: Identity, namedBy: (name: string) => NamedBy): string {
    if (identity.id === '') {
      return '';
    }
    let known = this.#known.find((one) => mayBeOne(one.identity, identity));
    if (!known || namedBy(known.number) === 'person') {
      do {
        this.#last += 1;
      } while (namedBy(String(this.#last)) !== 'nobody');
      known = { identity: NOTHING_SAID, number: String(this.#last) };
      // Before the one of the same person, whose number is somebody else's now.
      this.#known.unshift(known);
    }
    known.identity = both(known.identity, identity);
    return known.number;
  }

  /** Takes down which number a film has by its file. */
  tell(film: number, number: string): void {
    this.#told.set(film, number);
  }

  /** Who called these films, which are all of a name, so. */
  namedBy(films: readonly { id: number }[], name: string): NamedBy {
    const byFile = films.some(({ id }) => this.#told.get(id) === name);
    return films.length === 0 ? 'nobody' : byFile ? 'file' : 'person';
  }
}

/** Where one file says less than the other, or a name in full, it may be the same person. */
const agree = (one: string, other: string) =>
  one === '' ||
  other === '' ||
  `${one} `.startsWith(`${other} `) ||
  `${other} `.startsWith(`${one} `);
const longer = (one: string, other: string) => (one.length < other.length ? other : one);

/** An ID is one of its hospital only, and many files share `ANON` or `0`. */
function mayBeOne(one: Identity, other: Identity): boolean {
  const rest = ['issuer', 'birthDate', 'sex', 'name'] as const;
  return one.id === other.id && rest.every((part) => agree(one[part], other[part]));
}

const both = (one: Identity, other: Identity): Identity => ({
  id: longer(one.id, other.id),
  issuer: longer(one.issuer, other.issuer),
  birthDate: longer(one.birthDate, other.birthDate),
  sex: longer(one.sex, other.sex),
  name: longer(one.name, other.name),
});

export function identityOf(header: Header): Identity {
  const { patientId, patientIdIssuer, birthDate, patientName } = header;
  // Alone it is everybody's. One that equals the name may be a pseudonym, and so somebody's own.
  const id = birthDate === '' && BLANKED.test(patientId.trim()) ? '' : patientId;
  // Anything else, such as O, says nothing of who it is.
  const sex = /^[FM]$/.test(header.sex) ? header.sex : '';
  const name = patientName
    .normalize('NFC')
    .toUpperCase()
    .replaceAll(/[^\p{L}]+/gu, ' ')
    .trim();
  return { id, issuer: patientIdIssuer, birthDate, sex, name };
}

/** Without the parser, which is loaded where there is something to parse. */
async function looksLikeDicom(file: File): Promise<boolean> {
  return isDicom(new Uint8Array(await file.slice(0, TELLING_BYTES).arrayBuffer()));
}

/** Reads day and patient from the DICOM files among the given films, one after the other. */
export async function readFacts(
  store: WorklistStore,
  films: readonly { id: number; study: Study }[],
  patients: Patients,
): Promise<void> {
  for (const { id, study } of films) {
    try {
      if (study.source instanceof File && (await looksLikeDicom(study.source))) {
        const { headerOf } = await import('../../../viewer/decode/dicomHeader');
        const header = await headerOf(study.source);
        if (header) {
          const date = isoOfDicom(header.filmDate);
          const { items, cleared } = store.snapshot();
          // What was removed may be brought back.
          const namedBy = (name: string) => {
            const films = [...items, ...cleared].filter((film) => patientOf(film) === name);
            return patients.namedBy(films, name);
          };
          const patient = patients.numberOf(identityOf(header), namedBy);
          patients.tell(id, patient);
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
