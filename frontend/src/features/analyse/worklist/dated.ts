import type { Graded, Item } from './films';

export interface DatedFilm {
  readonly item: Item;
  readonly graded: Graded;
}

/** The graded and dated films of one patient, oldest first. */
export function seriesOf(items: readonly Item[], patient: string): DatedFilm[] {
  return items
    .flatMap((item) =>
      item.graded && item.date !== '' && item.patient === patient
        ? { item, graded: item.graded }
        : [],
    )
    .toSorted((one, other) => (one.item.date < other.item.date ? -1 : 1));
}
