import { render, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ShortcutSheet } from './ShortcutSheet';

// What jsdom has not.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});

it('is closed before it goes, so that the browser gives the focus back', () => {
  let inPage = false;
  const close = vi.fn(function (this: HTMLDialogElement) {
    inPage = this.isConnected;
  });
  HTMLDialogElement.prototype.close = close;
  const { unmount } = render(<ShortcutSheet onClose={() => undefined} />);
  expect(screen.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeTruthy();
  unmount();
  expect(close).toHaveBeenCalledOnce();
  expect(inPage).toBe(true);
});
