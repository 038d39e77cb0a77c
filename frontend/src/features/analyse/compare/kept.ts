import { useCallback, useState } from 'react';
import type { Film } from '../../../viewer/decode/film';
import { type Measured, UNMEASURED } from '../../../viewer/measure';
import type { ChosenTone } from '../../../viewer/useTone';
import { FITTED, type View } from '../../../viewer/view';

/** What is kept of one film while it is compared. */
export interface Kept {
  /** `null` while it is not decoded. */
  readonly film: Film | null;
  readonly view: View;
  readonly tone: ChosenTone | null;
  /** Its own also where two are linked. */
  readonly measured: Measured;
}

const UNTOUCHED: Kept = { film: null, view: FITTED, tone: null, measured: UNMEASURED };

export type Keep = (ids: readonly number[], part: Partial<Kept>) => void;

/** By film and not by place: a date that is entered may put the left one on the right. */
export function useKept(): readonly [of: (id: number) => Kept, keep: Keep] {
  const [kept, setKept] = useState<ReadonlyMap<number, Kept>>(new Map());
  const of = (id: number) => kept.get(id) ?? UNTOUCHED;
  const keep = useCallback<Keep>((ids, part) => {
    setKept((before) => {
      const now = new Map(before);
      for (const id of ids) {
        now.set(id, { ...(before.get(id) ?? UNTOUCHED), ...part });
      }
      return now;
    });
  }, []);
  return [of, keep];
}
