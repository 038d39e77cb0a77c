import { afterEach, expect, it, vi } from 'vitest';
import { inBrowser, inTab } from './memory';

afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
  sessionStorage.clear();
});

it.each([
  ['inBrowser', inBrowser, () => localStorage],
  ['inTab', inTab, () => sessionStorage],
] as const)(
  '%s holds a choice that cannot be stored, and one that another page stored',
  (_, memory, storage) => {
    memory.set('choice', 'one');
    expect(storage().getItem('choice')).toBe('one');
    const full = vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('', 'QuotaExceededError');
    });
    memory.set('choice', 'two');
    expect(memory.get('choice')).toBe('two');
    full.mockRestore();
    memory.set('choice', 'three');
    storage().setItem('choice', 'four');
    expect(memory.get('choice')).toBe('four');
    memory.set('choice', null);
    expect(memory.get('choice')).toBeNull();
  },
);
