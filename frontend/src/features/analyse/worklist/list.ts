import type { Failure } from '../../../lib/failure';
import type { Explained, State } from '../machine';
import type { Prediction, Study } from '../types';

/** A result without its pictures: two hundred of these fit anywhere. */
export type Graded = Omit<Prediction, 'explanation'>;

/**
 * `waiting`: in the queue, after the service could not take it just now.
 * `rejected`: the service saw the image and will not judge it.
 * `failed`: nothing was judged, for another reason.
 */
export type Status =
  | 'queued'
  | 'waiting'
  | 'running'
  | 'done'
  | 'rejected'
  | 'failed'
  | 'cancelled';

export interface Item {
  readonly id: number;
  readonly study: Study;
  readonly status: Status;
  readonly graded: Graded | null;
  readonly gradedAt: Date | null;
  readonly failure: Failure | null;
  /** Whether the service was told to judge it although it would rather not. */
  readonly forced: boolean;
  /** Day of the film, YYYY-MM-DD; empty when not known. */
  readonly date: string;
  /** Number or name of the patient in this list; never the one in the file. Empty: not known. */
  readonly patient: string;
}

/** Why the queue rests, and until when (`Date.now()`). */
export interface Pause {
  readonly failure: Failure;
  readonly until: number;
}

export interface Worklist {
  readonly items: readonly Item[];
  readonly selected: number | null;
  /** Shown beside the selected one. */
  readonly compared: number | null;
  readonly pause: Pause | null;
  /** Of the few films that were looked at last: their heatmaps are large. */
  readonly explained: ReadonlyMap<number, Explained>;
  /** Whether what was there last was cancelled, and nothing has come since. */
  readonly cancelled: boolean;
}

export const EMPTY: Worklist = {
  items: [],
  selected: null,
  compared: null,
  pause: null,
  explained: new Map(),
  cancelled: false,
};

export const itemOf = (list: Worklist, id: number | null): Item | null =>
  list.items.find((item) => item.id === id) ?? null;

/** What the page shows of one film of the list. */
export function stateOf(list: Worklist, id: number | null): State {
  const item = itemOf(list, id);
  if (!item) {
    return { phase: 'empty', cancelled: list.cancelled };
  }
  const { study, status, graded, gradedAt, failure } = item;
  if (status === 'done' && graded && gradedAt) {
    const shown = { ...graded, explanation: null };
    // Graded without a heatmap: it is being asked for, or that failed.
    const bare = { predictions: {}, target: 'predicted', shown, targetFailure: null } as const;
    const explained = list.explained.get(item.id) ?? { ...bare, pending: 'predicted' as const };
    return { phase: 'done', study, gradedAt, ...explained };
  }
  if (failure) {
    return { phase: 'failed', study, failure };
  }
  return { phase: 'running', study };
}

export function changed(list: Worklist, id: number, changes: Partial<Item>): Worklist {
  return {
    ...list,
    items: list.items.map((item) => (item.id === id ? { ...item, ...changes } : item)),
  };
}

/** How many films' heatmaps are kept. */
const KEPT = 4;

/** Remembers `explained`, and forgets those longest not looked at. */
export function remembered(list: Worklist, id: number, explained: Explained): Worklist {
  const map = new Map(list.explained);
  map.delete(id);
  map.set(id, explained);
  for (const key of [...map.keys()]) {
    if (map.size > KEPT && key !== list.selected && key !== list.compared && key !== id) {
      map.delete(key);
    }
  }
  return { ...list, explained: map };
}

export function removed(list: Worklist, id: number): Worklist {
  const at = list.items.findIndex((item) => item.id === id);
  const items = list.items.filter((item) => item.id !== id);
  const explained = new Map(list.explained);
  explained.delete(id);
  const next = items[Math.min(at, items.length - 1)]?.id ?? null;
  return {
    ...list,
    items,
    explained,
    selected: list.selected === id ? next : list.selected,
    compared: list.compared === id || items.length < 2 ? null : list.compared,
  };
}

/** What still has to be graded. */
export const isOpen = ({ status }: Item): boolean =>
  status === 'queued' || status === 'waiting' || status === 'running';

/** Where a film stands in the document. */
export const rowId = (id: number): string => `film-${id}`;
