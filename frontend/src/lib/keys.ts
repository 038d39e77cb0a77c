const MODIFIERS = ['Control', 'Alt', 'Shift'] as const;

/** `Shift+ArrowUp` as its parts, in the order in which they are pressed. */
export const partsOf = (pattern: string): string[] =>
  pattern === '+' ? ['+'] : pattern.split('+');

/** Whether `event` is the key that `pattern` names. Command counts as Control. */
export function matches(event: KeyboardEvent, pattern: string): boolean {
  const parts = partsOf(pattern);
  const key = parts.at(-1) ?? '';
  const wanted = (modifier: (typeof MODIFIERS)[number]) => parts.slice(0, -1).includes(modifier);
  // "?" is Shift and another key on most keyboards, but not on all: the character says it all.
  const shiftMatters = key.length > 1 || /\p{L}/u.test(key);
  return (
    (key.length === 1 ? event.key.toLowerCase() : event.key) === key &&
    (event.ctrlKey || event.metaKey) === wanted('Control') &&
    event.altKey === wanted('Alt') &&
    (!shiftMatters || event.shiftKey === wanted('Shift'))
  );
}

const MOVING = /^(Arrow|Home|End|Page)/;
const TYPED_INTO = 'textarea, [contenteditable]:not([contenteditable=false])';
const TEXT = `${TYPED_INTO}, select`;
const NO_TEXT = ['button', 'checkbox', 'color', 'file', 'radio', 'range', 'reset', 'submit'];

/** Whether text can be typed into an element. */
export function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement
    ? !NO_TEXT.includes(target.type)
    : target instanceof HTMLElement && target.matches(TYPED_INTO);
}

/** Whether the focused element needs this key for itself. */
export function taken({ key, target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  if (target.matches(TEXT)) {
    return true;
  }
  if (target instanceof HTMLInputElement) {
    return !NO_TEXT.includes(target.type) || key === ' ' || key === 'Enter' || MOVING.test(key);
  }
  return (key === ' ' || key === 'Enter') && target.matches('button, a, summary, [role=button]');
}
