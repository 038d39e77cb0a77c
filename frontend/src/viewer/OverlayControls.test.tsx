import { render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadCatalogue } from '../i18n/catalogue';
import { LANGUAGES } from '../i18n/languages';
import { prediction } from '../lib/fixtures';
import type { Explanation } from '../lib/prediction';
import { OverlayControls } from './OverlayControls';
import { FIRST_OVERLAY, type Overlay } from './overlay';

const zones = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 0.5 };
const opacity = { map: 'data:,', of_lungs: 0.2, of_zones: zones };
const explained = (changes: Partial<Explanation> = {}): Explanation | null => {
  const { explanation } = prediction('mild');
  return explanation && { ...explanation, ...changes };
};

const ignore = () => undefined;
const controls = (
  explanation: Explanation | null,
  { painted = false, ...overlay }: Partial<Overlay> & { painted?: boolean } = {},
) => (
  <OverlayControls
    overlay={{ ...FIRST_OVERLAY, ...overlay }}
    target="burden"
    explanation={explanation}
    painted={painted}
    onOverlay={ignore}
    onTarget={ignore}
  />
);
const panel = (painted: boolean) => render(controls(explained(), { painted })).container;

it('goes by the film beside it while a film has no map of its own', () => {
  const legend = (beside: Explanation | null) => {
    const { container, unmount } = render(
      <OverlayControls
        overlay={FIRST_OVERLAY}
        target="burden"
        explanation={null}
        beside={beside}
        onOverlay={ignore}
        onTarget={ignore}
      />,
    );
    const said = container.textContent;
    unmount();
    return said;
  };
  expect(legend(explained({ opacity }))).toBe(
    render(controls(explained({ opacity }))).container.textContent,
  );
  expect(legend(null)).not.toBe(legend(explained({ opacity })));
});

it('prints the scale of the map, and none of what changes it', () => {
  const container = panel(false);
  const printed = (selector: string) =>
    container.querySelector(selector)?.closest('[data-print="off"]') === null;
  expect(printed('canvas[role="img"]')).toBe(true);
  expect(printed('input')).toBe(false);
});

it('prints no scale of a Grad-CAM that came painted', () => {
  expect(panel(true).querySelector('details')?.getAttribute('data-print')).toBe('off');
});

it('names the map of opacity that came painted, with its scale, and offers no other', () => {
  const chosen = { painted: true, layer: 'grad-cam', opacity: 0 } as const;
  const { container } = render(controls(explained({ opacity }), chosen));
  const summary = container.querySelector('summary');
  expect(summary?.textContent).toBe('Opacity seenProbability of opacity0%100%');
  expect(container.querySelectorAll('input, select')).toHaveLength(0);
  expect(container.querySelector('details')?.hasAttribute('data-print')).toBe(false);
});

describe('the scale', () => {
  let colours: string[];
  beforeEach(() => {
    colours = [];
    const context = {
      fillRect: ignore,
      set fillStyle(colour: string) {
        colours.push(colour);
      },
    };
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(context as never);
  });
  const strongest = () => Number(/ \/ (.+)\)$/.exec(colours.at(-1) ?? '')?.[1]);

  it('has the colours of the film, as strong as the map is laid over it', () => {
    const { rerender } = render(controls(explained({ opacity })));
    expect(strongest()).toBeCloseTo(FIRST_OVERLAY.opacity / 100);
    rerender(controls(explained({ opacity }), { opacity: 20 }));
    expect(strongest()).toBeCloseTo(0.2);
    // As the service draws it, whatever is chosen here.
    rerender(controls(explained({ opacity }), { opacity: 20, painted: true }));
    expect(strongest()).toBe(1);
  });

  it.each([{ opacity: 0 }, { hidden: true }])('says that the map is hidden: %j', (overlay) => {
    const { container } = render(controls(explained({ opacity }), overlay));
    const said = container.querySelector('summary p')?.textContent;
    expect(said).toBe('Map hidden');
    expect(container.querySelector('summary [data-hidden="true"]')).toBeTruthy();
  });

  it.each(LANGUAGES)('is not called by the word for opacity of the lungs: %s', async (language) => {
    const { viewer } = await loadCatalogue(language);
    const [name = ''] = viewer.layers.opacity.split(' ');
    render(controls(explained({ opacity })));
    expect(
      screen.getAllByRole('slider', { name: /^Strength of the map|^Hide below/ }),
    ).toHaveLength(2);
    expect(viewer.strength.toLowerCase()).not.toContain(name.toLowerCase());
  });
});
