import type { Outcome } from '../../../lib/failure';
import { predict } from '../../../lib/predict';
import { FIRST_TARGET, type Prediction } from '../../../lib/prediction';
import type { Item } from './films';
import { isTemporary, isUpload, pauseMs } from './pauses';

/** Of how many films the map is asked for again: each costs the service some tens of milliseconds. */
export const MOST_MAPS = 100;
/** For a service that wants to be left alone for longer, in milliseconds, no report waits. */
const LONGEST_WAIT_MS = 60_000;

/** Has a film judged once more, with its map; `null` where that does not come. */
export type AskForMap = (item: Item) => Promise<Prediction | null>;

export const NO_MAP: AskForMap = async () => null;

async function mapOf({ study, graded, forced }: Item): Promise<Outcome<Prediction>> {
  const { signal } = new AbortController();
  // By the version that graded it: the report and the list would else tell two grades.
  const version = graded && { version: graded.model.version };
  return predict(study, { target: FIRST_TARGET, explain: true, force: forced, ...version, signal });
}

/**
 * Asks the service for the maps of one report: one that cannot take a film is left alone for as long
 * as it asks, and for good where it cannot take it then either.
 */
export function mapsOfService(): AskForMap {
  let away = false;
  return async (item) => {
    if (away) {
      return null;
    }
    const first = await mapOf(item);
    if (first.ok || !isTemporary(first.failure)) {
      return first.ok ? first.value : null;
    }
    const rest = pauseMs(first.failure, 0);
    if (rest > LONGEST_WAIT_MS) {
      away = true;
      return null;
    }
    await new Promise((done) => setTimeout(done, rest));
    const second = await mapOf(item);
    // An upload that breaks off each time says nothing of the other films.
    away = !second.ok && isTemporary(second.failure) && !isUpload(second.failure);
    return second.ok ? second.value : null;
  };
}
