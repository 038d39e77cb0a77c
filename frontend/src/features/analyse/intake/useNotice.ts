import { useState } from 'react';
import type { WorklistStore } from '../worklist/store';
import type { Notice } from './notice';

/**
 * A notice, and how to give one. It ends with the film that was shown when it was given, after what
 * was opened with it: another film, or a list that was cleared, has nothing to do with it.
 */
export function useNotice(
  selected: number | null,
  store: WorklistStore,
): readonly [Notice | null, (notice: Notice | null) => void] {
  const [given, setGiven] = useState<{ notice: Notice; selected: number | null } | null>(null);
  const ended = given !== null && given.selected !== selected;
  if (ended) {
    // For good: it does not come back with its film.
    setGiven(null);
  }
  const give = (notice: Notice | null) =>
    setGiven(notice && { notice, selected: store.snapshot().selected });
  return [ended ? null : (given?.notice ?? null), give];
}
