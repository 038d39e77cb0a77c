import type { Graded, Item } from './films';
import { onceEach } from './twins';

export interface DatedFilm {
  readonly item: Item;
  readonly graded: Graded;
}

/** A patient's name or number as it is compared: two ways to type or to encode it are one patient. */
export const patientOf = ({ patient }: Pick<Item, 'patient'>): string =>
  patient.normalize('NFC').trim();

/**
 * The graded and dated films of the patient of `of`, oldest first. A picture that is in the list more
 * than once is one film: `of`, where it is that.
 */
export function seriesOf(items: readonly Item[], of: Item): DatedFilm[] {
  const patient = patientOf(of);
  if (patient === '') {
    return [];
  }
  const films = items.filter(
    (item) => item.graded && item.date !== '' && patientOf(item) === patient,
  );
  const first = films.toSorted(
    (one, other) => Number(other.id === of.id) - Number(one.id === of.id),
  );
  const once = new Set(onceEach(first));
  return films
    .flatMap((item) => (item.graded && once.has(item) ? [{ item, graded: item.graded }] : []))
    .toSorted((one, other) => compareDays(one.item.date, other.item.date));
}

/** 0 for one day: films of it stay in their order. */
const compareDays = (one: string, other: string): number =>
  one === other ? 0 : one < other ? -1 : 1;
