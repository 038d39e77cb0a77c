import { type Explained, unexplained } from '../../../lib/explained';
import type { Failure } from '../../../lib/failure';
import { FIRST_TARGET, type Prediction } from '../../../lib/prediction';
import type { KeptReading, Reading } from '../../../lib/reading';
import { openedAs, type Study } from '../../../lib/study';
import type { State } from '../shownState';
import type { Tries } from './pauses';

/** A result without its pictures: two hundred of these fit anywhere. */
export type Graded = Omit<Prediction, 'explanation'>;

/**
 * `waiting`: in the queue, after the service could not take it just now; `failure` says why, also
 * while it is tried again.
 * `rejected`: the service saw the image and will not judge it.
 * `failed`: nothing was judged, for another reason.
 * `hidden`: graded, and not to be seen before the reader has said what it is (`blind.ts`).
 */
export type Status =
  | 'queued'
  | 'waiting'
  | 'running'
  | 'done'
  | 'hidden'
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
  /** Of a film that the service could not take: how often; `null` once it is answered. */
  readonly tries: Tries | null;
  /** Whether the service was told to judge it although it would rather not. */
  readonly forced: boolean;
  /** Day of the film, YYYY-MM-DD; empty when not known. */
  readonly date: string;
  /** View position as the file says, such as PA; empty when not known. */
  readonly view: string;
  /** How far the map can be relied on that is asked for first; `null` before there is one. */
  readonly mapQuality: MapQuality | null;
  /** Number or name of the patient in this list; never the one in the file. Empty: not known. */
  readonly patient: string;
  /** What the person at the screen says of it; `null` where nothing yet. */
  readonly reading: Reading | null;
  /** Whether scores that were given blind were changed, or more were given, with the result open. */
  readonly unblinded: boolean;
  /** What a report says of it in the end; `null`: what the model's result amounts to. */
  readonly impression: string | null;
  /** Version of the model beside whose result that was written; `null` where not known. */
  readonly writtenFor: string | null;
  /** SHA-256 of the picture of which it was written; `null` where not known. */
  readonly writtenOf: string | null;
  /** What of its facts and impression a person gave, also where that is nothing. */
  readonly described: readonly string[];
  /** Whether its result has been on the screen: a reading after that is not blind. */
  readonly seen: boolean;
  /** Whether its result may be shown while results are hidden. */
  readonly revealed: boolean;
}

export interface MapQuality {
  readonly lowSignal: boolean;
  /** Share of the map inside the estimated lungs; `null` where none were found. */
  readonly insideLungs: number | null;
}

/** What is known of a picture that was not graded yet. */
const UNGRADED = {
  status: 'queued',
  graded: null,
  gradedAt: null,
  failure: null,
  tries: null,
  forced: false,
  mapQuality: null,
} as const;

/** What is known of every film that was just opened. */
export const FRESH = {
  ...UNGRADED,
  reading: null,
  unblinded: false,
  impression: null,
  writtenFor: null,
  writtenOf: null,
  described: [],
  seen: false,
  revealed: false,
} as const;

/** What a file or its name says of a film. */
export type Facts = Pick<Item, 'date' | 'patient' | 'view'>;
export const NO_FACTS: Facts = { date: '', patient: '', view: '' };

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
  /** The films that were removed, one after the other, for as long as nothing has come since. */
  readonly cleared: readonly Item[];
  /** Whether what was there last was cancelled, and nothing has come since. */
  readonly cancelled: boolean;
  /** Whether results are hidden until each is revealed. */
  readonly blind: boolean;
  /** Readings from a file whose films are not open yet, or not known by their content. */
  readonly kept: readonly KeptReading[];
}

export const EMPTY: Worklist = {
  items: [],
  selected: null,
  compared: null,
  pause: null,
  explained: new Map(),
  cleared: [],
  cancelled: false,
  blind: false,
  kept: [],
};

export const itemOf = (list: Worklist, id: number | null): Item | null =>
  list.items.find((item) => item.id === id) ?? null;

/** Nobody waits for it any more: without a reason it would look as if it were still being graded. */
const CANCELLED: Failure = { code: 'cancelled', title: '', detail: '', status: null };

/** What the page shows of one film of the list. */
export function stateOf(list: Worklist, id: number | null): State {
  const item = itemOf(list, id);
  if (!item) {
    return { phase: 'empty', cancelled: list.cancelled };
  }
  const { study, status, graded, gradedAt, failure } = item;
  if (status === 'hidden') {
    return { phase: 'hidden', study };
  }
  if (status === 'done' && graded && gradedAt) {
    // Graded without a heatmap: it is being asked for, or that failed.
    const bare: Explained = { ...unexplained(graded), pending: FIRST_TARGET };
    const explained = list.explained.get(item.id) ?? bare;
    return { phase: 'done', study, gradedAt, ...explained };
  }
  const reason = status === 'cancelled' ? CANCELLED : failure;
  return reason ? { phase: 'failed', study, failure: reason } : { phase: 'running', study };
}

/** With studies that are not open yet, numbered from `nextId`; `ids` are those of all studies. */
export function added(
  list: Worklist,
  studies: readonly Study[],
  nextId: number,
  facts?: (study: Study) => Facts,
): { readonly list: Worklist; readonly ids: readonly number[] } {
  const open = new Map(list.items.map(({ id, study }) => [openedAs(study), id]));
  const fresh: Item[] = [];
  const ids = studies.map((study) => {
    const known = open.get(openedAs(study));
    if (known !== undefined) {
      return known;
    }
    const id = nextId + fresh.length;
    open.set(openedAs(study), id);
    fresh.push({ id, study, ...FRESH, ...(facts?.(study) ?? NO_FACTS) });
    return id;
  });
  return fresh.length === 0
    ? { list, ids }
    : { list: { ...list, items: [...list.items, ...fresh], cleared: [] }, ids };
}

export function changed(list: Worklist, id: number, changes: Partial<Item>): Worklist {
  const items = changedAmong(list.items, id, changes);
  return items === list.items ? list : { ...list, items };
}

/** The same items where none of them is `id`. */
export function changedAmong(
  items: readonly Item[],
  id: number,
  changes: Partial<Item>,
): readonly Item[] {
  const at = items.findIndex((item) => item.id === id);
  const before = items[at];
  return before ? items.with(at, { ...before, ...changes }) : items;
}

/** Films were taken out of the queue. */
export const cancelled = (list: Worklist, ids: ReadonlySet<number>): Worklist => ({
  ...list,
  items: list.items.map((item) =>
    ids.has(item.id) ? { ...item, status: 'cancelled', failure: null } : item,
  ),
});

/**
 * Without some films; where the selected one goes, the next that stays is selected, or the last. If
 * that is the other one of a pair, it is no pair any more.
 */
export function removed(list: Worklist, ids: ReadonlySet<number>): Worklist {
  const stays = ({ id }: Item) => !ids.has(id);
  const items = list.items.filter(stays);
  const at = list.items.findIndex(({ id }) => id === list.selected);
  const next = list.items.slice(Math.max(0, at)).find(stays) ?? items.at(-1);
  const gone = (id: number | null) => id !== null && ids.has(id);
  const selected = gone(list.selected) ? (next?.id ?? null) : list.selected;
  const alone = gone(list.compared) || list.compared === selected || items.length < 2;
  return {
    ...list,
    items,
    explained: new Map([...list.explained].filter(([id]) => !ids.has(id))),
    selected,
    compared: alone ? null : list.compared,
  };
}

/**
 * The same film with another picture: nothing is known of it yet, but who it is of, what its reader
 * says and wrote of it, and whether a result was seen: what was seen of one picture is known of the
 * other.
 */
export function replaced(list: Worklist, id: number, study: Study): Worklist {
  const explained = new Map(list.explained);
  explained.delete(id);
  return changed({ ...list, explained }, id, { ...UNGRADED, study });
}

/** What still has to be graded. */
export const isOpen = ({ status }: Item): boolean =>
  status === 'queued' || status === 'waiting' || status === 'running';

/** Where a film stands in the document. */
export const rowId = (id: number): string => `film-${id}`;
