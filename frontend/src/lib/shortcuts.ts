import { createContext, use, useEffect, useLayoutEffect, useRef } from 'react';
import { matches, taken } from './keys';
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
export function shortcutsAreOn(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

export function switchShortcuts(on: boolean): void {
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // Storage is blocked: they stay on, as the sheet shows when it is opened again.
  }
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || taken(event) || !shortcutsAreOn()) {
    return;
  }
  const modal = document.querySelector('dialog:modal') !== null;
  // What was registered last is the innermost, and goes first.
  for (const { current } of [...registrations].reverse()) {
    for (const { action, keys, run } of current()) {
      if (run && (!modal || action === 'sheet') && keys.some((key) => matches(event, key))) {
        event.preventDefault();
        run(event);
        return;
      }
    }
  }
}

/** Once, at the top of the page. */
export function useShortcutKeys(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
