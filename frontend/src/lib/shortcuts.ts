import {
  createContext,
  use,
  useEffect,
  useLayoutEffect,
  useRef,
  useSyncExternalStore,
} from 'react';
import { matches, taken } from './keys';
import { inBrowser } from './memory';
import type { ShortcutAction, ShortcutGroup } from './shortcutNames';

/**
 * The keyboard shortcuts that are in use. To add one: name its action in the `shortcuts` catalogue
 * of each language, then register it with `useShortcuts` where it is carried out.
 */
export interface Shortcut {
  readonly action: ShortcutAction;
  /** Any of these, e.g. `?`, `ArrowUp`, `Shift+ArrowUp`, `Control+Enter`. Letters are lower case. */
  readonly keys: readonly string[];
  /** Left out where the focused component hears the key itself: then it is only listed. */
  readonly run?: (event: KeyboardEvent) => void;
  /** Whether it goes on while the key is held, as for a step; else a key counts once. */
  readonly held?: boolean;
  /** Where it is false, the key is left to whatever else wants it. */
  readonly when?: () => boolean;
}

interface Registration {
  readonly group: ShortcutGroup;
  readonly current: () => readonly Shortcut[];
}

const registrations = new Set<Registration>();

/** Whether the page that a component belongs to is the one that is shown. */
export const PageShown = createContext(true);

/** Listens for `shortcuts` while the component is there, its page is shown and `enabled` is true. */
export function useShortcuts(
  group: ShortcutGroup,
  shortcuts: readonly Shortcut[],
  enabled = true,
): void {
  const latest = useRef(shortcuts);
  useLayoutEffect(() => {
    latest.current = shortcuts;
  }, [shortcuts]);
  const on = use(PageShown) && enabled;
  useEffect(() => {
    if (!on) {
      return;
    }
    const registration = { group, current: () => latest.current };
    registrations.add(registration);
    return () => {
      registrations.delete(registration);
    };
  }, [group, on]);
}

/** What is registered right now, by group, in the order of registration. */
export function shortcutsInUse(): ReadonlyMap<ShortcutGroup, readonly Shortcut[]> {
  const groups = new Map<ShortcutGroup, Shortcut[]>();
  for (const { group, current } of registrations) {
    const listed = groups.get(group) ?? [];
    const actions = new Set(listed.map(({ action }) => action));
    groups.set(group, [...listed, ...current().filter(({ action }) => !actions.has(action))]);
  }
  return groups;
}

const KEY = 'shortcuts';

/** Keys alone must be possible to switch off: speech input would set them off (WCAG 2.1.4). */
export const shortcutsAreOn = (): boolean => inBrowser.get(KEY) !== 'off';

export function switchShortcuts(on: boolean): void {
  inBrowser.set(KEY, on ? 'on' : 'off');
  for (const notify of switched) {
    notify();
  }
}

const switched = new Set<() => void>();

function onSwitch(notify: () => void): () => void {
  switched.add(notify);
  return () => switched.delete(notify);
}

export const useShortcutsOn = (): boolean => useSyncExternalStore(onSwitch, shortcutsAreOn);

/**
 * For a component that takes the focus: the actions whose keys it hears itself. These work there
 * even with the shortcuts switched off, for whoever has no pointer has nothing else (WCAG 2.1.1).
 */
export const heardOnFocus = (...actions: readonly ShortcutAction[]) => ({
  'data-heard': actions.join(' '),
});

const heardBy = (target: EventTarget | null): readonly string[] =>
  (target instanceof HTMLElement && target.dataset.heard?.split(' ')) || [];

/** What a pointer was put on last, and no key was pressed in since. */
let pointed: EventTarget | null = null;

function onPointerDown({ target }: Event): void {
  pointed = target;
}

/**
 * A menu that a pointer chose from would keep the keys: a letter that is meant for the film would
 * choose in it again. Who opened it by keys goes on there; Tab leads on from it in both cases.
 */
function onChange({ target }: Event): void {
  if (target instanceof HTMLSelectElement && target === pointed) {
    target.blur();
  }
}

function onKeyDown(event: KeyboardEvent): void {
  pointed = null;
  if (event.defaultPrevented || event.isComposing || taken(event)) {
    return;
  }
  const heard = shortcutsAreOn() ? null : heardBy(event.target);
  const modal = document.querySelector('dialog:modal') !== null;
  // What was registered last is the innermost, and goes first.
  for (const { current } of [...registrations].reverse()) {
    for (const { action, keys, run, held = false, when } of current()) {
      const may = (!modal || action === 'sheet') && (heard?.includes(action) ?? true);
      if (run && may && keys.some((key) => matches(event, key)) && (when?.() ?? true)) {
        event.preventDefault();
        if (held || !event.repeat) {
          run(event);
        }
        return;
      }
    }
  }
}

/** Once, at the top of the page. */
export function useShortcutKeys(): void {
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener('keydown', onKeyDown, { signal });
    window.addEventListener('pointerdown', onPointerDown, { signal });
    window.addEventListener('change', onChange, { signal });
    return () => listening.abort();
  }, []);
}
