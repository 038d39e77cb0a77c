import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { ThemeToggle } from './ThemeToggle';

const labels = { light: 'To light', dark: 'To dark' };

it('offers the other theme, applies it and remembers it', async () => {
  render(<ThemeToggle labels={labels} />);
  await userEvent.click(screen.getByRole('button', { name: 'To light' }));
  expect(document.documentElement.dataset.theme).toBe('light');
  expect(localStorage.getItem('theme')).toBe('light');
  await userEvent.click(screen.getByRole('button', { name: 'To dark' }));
  expect(document.documentElement.dataset.theme).toBe('dark');
});
