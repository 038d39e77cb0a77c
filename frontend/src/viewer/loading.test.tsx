import { act, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../i18n/catalogue';
import { prediction, study } from '../lib/fixtures';
import type { Explanation } from '../lib/prediction';
import { FIRST_OVERLAY } from './overlay';
import { SizeTold } from './testFilm';
import type { FilmLoad } from './useFilm';
import Workbench from './Workbench';

// jsdom decodes nothing: a film is there when the test says so.
let load: (load: FilmLoad) => void;
vi.mock('./useFilm', () => ({
  useFilm: () => {
    const [now, setNow] = useState<FilmLoad>({ status: 'loading' });
    load = setNow;
    return now;
  },
}));

const zones = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 0.5 };
const opacity = { map: 'data:,', of_lungs: 0.2, of_zones: zones };
const shown = study();
const bench = (changes: Partial<Explanation>) => {
  const graded = prediction('mild');
  const explanation = graded.explanation && { ...graded.explanation, ...changes };
  return (
    <Workbench
      study={shown}
      date=""
      result={{
        shown: { ...graded, explanation },
        target: 'predicted',
        predictions: {},
        pending: null,
        targetFailure: null,
      }}
      busy={false}
      overlay={{ ...FIRST_OVERLAY, layer: 'grad-cam' }}
      caption={[]}
      stage={{ current: null }}
      onOverlay={() => undefined}
      onTarget={() => undefined}
    />
  );
};
const said = () => document.querySelector('p[aria-live="polite"]')?.textContent;
const sliders = () => screen.queryAllByRole('slider', { hidden: true }).length;

beforeEach(() => vi.stubGlobal('ResizeObserver', SizeTold));

it.each([{ opacity }, { low_signal: true }, { opacity, low_signal: true }])(
  'says nothing of the map of a film that has loaded after its result: %j',
  async (changes) => {
    const { film } = await import('./testFilm');
    const { rerender } = render(bench(changes));
    expect(said()).toBe('');
    act(() => load({ status: 'ready', film }));
    expect(said()).toBe('');
    rerender(bench({ ...changes, target: 'severe', low_signal: false }));
    expect(said()).toBe(en.viewer.announceTarget('severe'));
  },
);

it('says why a film is not seen also before there is a result', () => {
  render(
    <Workbench
      study={shown}
      date=""
      result={null}
      busy={false}
      overlay={FIRST_OVERLAY}
      caption={[]}
      stage={{ current: null }}
      onOverlay={() => undefined}
      onTarget={() => undefined}
    />,
  );
  act(() => load({ status: 'unshown' }));
  expect(screen.getByText(en.viewer.notShown)).toBeTruthy();
});

it('takes a map for painted in only where the film cannot be shown, and says nothing of it', () => {
  render(bench({ opacity }));
  expect(sliders()).toBeGreaterThan(0);
  act(() => load({ status: 'unshown' }));
  expect(sliders()).toBe(0);
  expect(said()).toBe('');
});
