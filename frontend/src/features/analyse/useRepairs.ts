import { useState } from 'react';
import type { Repair } from '../../lib/study';
import type { Notice } from './intake/notice';
import type { Item } from './worklist/films';
import { repairAndGrade } from './worklist/repair';
import type { WorklistStore } from './worklist/store';

export interface Repairs {
  /** One run at a time: a second one would go over the same films. */
  readonly working: boolean;
  /** The film that was to be repaired alone, and could not be. */
  readonly failed: number | null;
  readonly mend: (films: readonly Item[], repair: Repair) => void;
}

/** Repairs films; kept where it outlives the one that is shown, which goes as soon as it is mended. */
export function useRepairs(store: WorklistStore, give: (notice: Notice | null) => void): Repairs {
  const [working, setWorking] = useState(false);
  const [failed, setFailed] = useState<number | null>(null);
  const run = async (films: readonly Item[], repair: Repair) => {
    setWorking(true);
    setFailed(null);
    const unread = await repairAndGrade(store, films, repair);
    setWorking(false);
    const [film, ...others] = films;
    if (unread > 0 && others.length > 0) {
      give({ kind: 'unrepaired', unread });
    } else if (unread > 0) {
      setFailed(film?.id ?? null);
    }
  };
  return { working, failed, mend: (films, repair) => void run(films, repair) };
}
