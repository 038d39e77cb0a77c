import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../i18n/catalogue';
import { study } from '../lib/fixtures';
import type { Study } from '../lib/study';
import { FIRST_OVERLAY } from './overlay';
import { SizeTold } from './testFilm';
import Workbench from './Workbench';

// jsdom decodes nothing: every source is a film of its own.
vi.mock('./useFilm', async () => {
  const { film } = await import('./testFilm');
  const films = new Map<unknown, object>();
  return {
    useFilm: ({ source }: Study) => {
      films.set(source, films.get(source) ?? { status: 'ready', film: { ...film } });
      return films.get(source);
    },
  };
});

beforeEach(() => vi.stubGlobal('ResizeObserver', SizeTold));

const ignore = () => undefined;
const bench = (shown: Study, busy: boolean) => (
  <Workbench
    study={shown}
    date=""
    result={null}
    busy={busy}
    overlay={FIRST_OVERLAY}
    caption={[]}
    stage={{ current: null }}
    onOverlay={ignore}
    onTarget={ignore}
  />
);

it('shows a picture that was made of the film as it is, and the same one as it was left', async () => {
  const [file, turned] = [study(), study()];
  const { rerender } = render(bench(file, true));
  await userEvent.click(screen.getByRole('button', { name: en.viewer.tools.rotate }));
  await userEvent.click(screen.getByRole('button', { name: en.viewer.tools.invert }));
  const changes = `${en.viewer.changes.turned(90)} · ${en.viewer.changes.inverted}`;
  rerender(bench(file, false));
  expect(screen.getByText(changes)).toBeTruthy();
  // Turned by the page to be graded, it would lie on its side once more.
  rerender(bench(turned, true));
  expect(screen.queryByText(changes)).toBeNull();
});
