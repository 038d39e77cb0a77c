import type { Finding } from '../../../lib/prediction';
import { openedAs, type Repair, type Study } from '../../../lib/study';
import { type Item, isOpen, itemOf } from './films';
import type { WorklistStore } from './store';

const SIDEWAYS = 'turned-by-90-degrees';
const UPSIDE_DOWN = 'turned-by-180-degrees';
const INVERTED = 'inverted-grey-scale';
/** Of findings that a repair answers; any other rejection stands. */
const REPAIRED: readonly string[] = [SIDEWAYS, UPSIDE_DOWN, INVERTED];

/** What would make a rejected film one that can be graded; `null` where nothing on this page would. */
export function repairFor(findings: readonly Finding[] | undefined): Repair | null {
  const rejected = (findings ?? []).filter(({ level }) => level === 'reject');
  const codes = rejected.map(({ code }): string => code);
  if (codes.length === 0 || codes.some((code) => !REPAIRED.includes(code))) {
    return null;
  }
  const turned = codes.includes(SIDEWAYS) ? 90 : codes.includes(UPSIDE_DOWN) ? 180 : 0;
  return { turned, inverted: codes.includes(INVERTED) };
}

const same = (one: Repair, other: Repair | null) =>
  one.turned === other?.turned && one.inverted === other.inverted;

/** The films that were rejected for what the same repair answers. */
export const alike = (items: readonly Item[], repair: Repair): readonly Item[] =>
  items.filter(
    ({ status, failure, study }) =>
      status === 'rejected' && !study.repaired && same(repair, repairFor(failure?.findings)),
  );

/** Pixels of a study after a repair; replaced in tests. */
export type Picture = (source: Study['source'], repair: Repair) => Promise<Blob>;

const picture: Picture = async (source, repair) => {
  const { repairFilm } = await import('../../../viewer/decode/decodeFilm');
  const blob = typeof source === 'string' ? await (await fetch(source)).blob() : source;
  return repairFilm(blob, repair, new AbortController().signal);
};

/**
 * Repairs films and has them graded again, one after the other; says how many could not be, which
 * stay as they were.
 *
 * Which way a film on its side must be turned, the service does not say: it is asked about one way,
 * and where that film is upside down then, about the other.
 */
export async function repairAndGrade(
  store: WorklistStore,
  items: readonly Item[],
  repair: Repair,
  make: Picture = picture,
): Promise<number> {
  let unread = 0;
  for (const { id, study } of items) {
    const now = itemOf(store.snapshot(), id);
    if (now?.study !== study || now.status !== 'rejected') {
      // Meanwhile somebody did something else with it.
      continue;
    }
    try {
      await replaced(store, id, study, repair, make);
      if (repair.turned === 90) {
        const { failure } = await settled(store, id);
        if (failure?.findings?.some(({ code }) => code === UPSIDE_DOWN)) {
          await replaced(store, id, study, { ...repair, turned: 270 }, make);
        }
      }
    } catch {
      unread += 1;
    }
  }
  return unread;
}

/** One repair after another, as the one that amounts to both. */
const composed = (before: Repair | undefined, now: Repair): Repair => ({
  turned: (((before?.turned ?? 0) + now.turned) % 360) as Repair['turned'],
  inverted: (before?.inverted ?? false) !== now.inverted,
});

/** Always from the file itself: what is told of a film is all that was done to it. */
async function replaced(
  store: WorklistStore,
  id: number,
  study: Study,
  repair: Repair,
  make: Picture,
): Promise<void> {
  const { name, source: original } = asItWas(study);
  const whole = composed(study.repaired?.repair, repair);
  if (whole.turned === 0 && !whole.inverted) {
    store.replace(id, { name, source: original });
    return;
  }
  const blob = await make(original, whole);
  const source = new File([blob], name, { type: blob.type });
  store.replace(id, { name, source, repaired: { repair: whole, original } });
}

/** The film as a study of its own file again. */
export const asItWas = (study: Study): Study => ({ name: study.name, source: openedAs(study) });

/** A film once it is graded or refused, or is gone. */
function settled(store: WorklistStore, id: number): Promise<Pick<Item, 'failure'>> {
  return new Promise((done) => {
    const look = () => {
      const item = itemOf(store.snapshot(), id);
      if (!item || !isOpen(item)) {
        stop();
        done({ failure: item?.failure ?? null });
      }
    };
    const stop = store.subscribe(look);
    look();
  });
}
