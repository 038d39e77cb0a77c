import { render, screen } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { ErrorBoundary } from './ErrorBoundary';

function Broken(): never {
  throw new Error('broken on purpose');
}

it('shows its fallback instead of a blank page', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  render(
    <ErrorBoundary fallback={<p>Sorry</p>}>
      <Broken />
    </ErrorBoundary>,
  );
  expect(screen.getByText('Sorry')).toBeTruthy();
});
