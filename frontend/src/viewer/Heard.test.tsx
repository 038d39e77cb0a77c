import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { LanguageMenu } from '../components/LanguageMenu';
import { en } from '../i18n/catalogue';
import { LanguageProvider } from '../i18n/LanguageProvider';
import { prediction } from '../lib/fixtures';
import type { Explanation } from '../lib/prediction';
import { OverlayControls } from './OverlayControls';
import { FIRST_OVERLAY, type Overlay } from './overlay';

const zones = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 0.5 };
const opacity = { map: 'data:,', of_lungs: 0.2, of_zones: zones };
const explained = (changes: Partial<Explanation> = {}): Explanation | null => {
  const { explanation } = prediction('mild');
  return explanation && { ...explanation, opacity, ...changes };
};
const mild = explained();
const severe = explained({ target: 'severe' });
const weak = explained({ target: 'severe', low_signal: true });

interface Looks extends Partial<Overlay> {
  painted?: boolean;
  awaited?: boolean;
  film?: number;
}

const ignore = () => undefined;
/** With the Grad-CAM chosen, where nothing else is said. */
const controls = (
  explanation: Explanation | null,
  { painted = false, awaited = false, film = 1, ...overlay }: Looks = {},
) => (
  <OverlayControls
    overlay={{ ...FIRST_OVERLAY, layer: 'grad-cam', ...overlay }}
    target="burden"
    explanation={explanation}
    awaited={awaited}
    painted={painted}
    film={film}
    onOverlay={ignore}
    onTarget={ignore}
  />
);

/** What the live region says after each of these. */
function heard(...steps: readonly [Explanation | null, Looks?][]): (string | null)[] {
  const { container, rerender } = render(<div />);
  return steps.map(([explanation, looks]) => {
    rerender(controls(explanation, looks));
    return said(container);
  });
}
const said = (container: HTMLElement) =>
  container.querySelector('[aria-live="polite"]')?.textContent ?? null;

const NOW_MILD = 'The heatmap now shows mild.';
const NOW_SEVERE = 'The heatmap now shows severe.';

describe('a screen reader hears', () => {
  it('of what the Grad-CAM is once there is another one, and of no other map', () => {
    const other = { layer: 'opacity' } as const;
    expect(heard([mild], [severe], [mild, other], [severe, other], [severe])).toEqual([
      '',
      NOW_SEVERE,
      '',
      '',
      NOW_SEVERE,
    ]);
  });

  it('of another one only once it has come', () => {
    expect(heard([mild], [mild, { awaited: true }], [severe], [mild])).toEqual([
      '',
      '',
      NOW_SEVERE,
      NOW_MILD,
    ]);
  });

  it('of no grade where the picture came with the map of opacity', () => {
    const painted = { painted: true };
    const moderate = explained({ target: 'moderate', opacity: null });
    const steps = heard([mild, painted], [severe, painted], [moderate, painted]);
    expect(steps).toEqual(['', '', 'The heatmap now shows moderate.']);
  });

  it('that a Grad-CAM is too weak to be drawn', () => {
    expect(heard([mild], [weak])).toEqual(['', en.viewer.announceWeak('severe')]);
  });
});

describe('a screen reader hears nothing that nobody asked for', () => {
  it.each([mild, weak])('the first map of a film, which may come after its grade', (first) => {
    expect(heard([null], [first])).toEqual(['', '']);
    // Asked for along with that of another film.
    expect(heard([mild, { awaited: true }], [first])).toEqual(['', '']);
  });

  it('a film that is graded anew', () => {
    expect(heard([mild], [null], [severe])).toEqual(['', '', '']);
  });

  it('another film', () => {
    const other = { film: 2 };
    expect(heard([mild], [severe, other], [mild])).toEqual(['', '', '']);
    expect(heard([mild], [severe], [mild, other], [severe, other])).toEqual([
      '',
      NOW_SEVERE,
      '',
      NOW_SEVERE,
    ]);
  });

  it.each([mild, weak, explained({ opacity: null, low_signal: true })])(
    'a picture that comes, or is found to come painted',
    (map) => {
      expect(heard([map], [map, { painted: true }], [map])).toEqual(['', '', '']);
    },
  );

  it.each([{ hidden: true }, { opacity: 0 }])('a map that is not seen: %j', (unseen) => {
    expect(heard([mild, unseen], [severe, unseen])).toEqual(['', '']);
    // Nor the same one, shown again; another one is heard of when it can be seen.
    expect(heard([mild], [severe], [severe, unseen], [severe])).toEqual(['', NOW_SEVERE, '', '']);
    expect(heard([mild], [severe, unseen], [severe])).toEqual(['', '', NOW_SEVERE]);
  });

  it('another language of the page', async () => {
    const page = (explanation: Explanation | null) => (
      <LanguageProvider initial={{ language: 'en', catalogue: en }}>
        <LanguageMenu />
        {controls(explanation)}
      </LanguageProvider>
    );
    const { container, rerender } = render(page(mild));
    const choose = async (language: string, words: string) => {
      await userEvent.selectOptions(screen.getAllByRole('combobox')[0] as HTMLElement, language);
      await screen.findByText(words);
    };
    await choose('ms', 'Peta haba untuk');
    expect(said(container)).toBe('');
    rerender(page(severe));
    expect(said(container)).toBe('Peta haba kini menunjukkan teruk.');
    await choose('en', en.viewer.target);
    expect(said(container)).toBe('');
    await choose('zh-CN', '热力图对象');
    rerender(page(mild));
    expect(said(container)).toMatch(/^热力图现在显示.+。$/);
  });
});
