import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction } from '../lib/fixtures';
import { Notes } from './Notes';
import { mapOf } from './shownMap';

it('says of a map that is not drawn that it is not', () => {
  const { explanation, ...graded } = prediction('severe');
  for (const reason of ['faint', 'outside-lungs'] as const) {
    const weak = explanation && { ...explanation, low_signal: true, low_signal_reason: reason };
    expect(mapOf(weak, 'grad-cam')).toBeNull();
    const { container, unmount } = render(
      <Notes
        result={{
          shown: { ...graded, explanation: weak },
          target: 'predicted',
          predictions: {},
          pending: null,
          targetFailure: null,
        }}
        overlaid={false}
        zones={false}
        layer="grad-cam"
        unpainted={false}
        onTarget={() => undefined}
      />,
    );
    expect(container.textContent).toMatch(/\bnot drawn\b/);
    expect(container.textContent).not.toMatch(/colour/);
    unmount();
  }
});

it('says which map the picture of the service shows, whichever was chosen', () => {
  const { explanation, ...graded } = prediction('severe');
  const weak = explanation && { ...explanation, low_signal: true };
  const zones = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 0 };
  const opacity = { map: 'data:,', of_lungs: 0, of_zones: zones };
  const said = (shown: typeof weak) => {
    const { container, unmount } = render(
      <Notes
        result={{
          shown: { ...graded, explanation: shown },
          target: 'severe',
          predictions: {},
          pending: null,
          targetFailure: null,
        }}
        overlaid
        zones={false}
        layer="grad-cam"
        unpainted={false}
        onTarget={() => undefined}
      />,
    );
    const { textContent } = container;
    unmount();
    return textContent;
  };
  const seen = said(weak && { ...weak, opacity });
  expect(seen).toContain('Its map: Opacity seen.');
  expect(seen).not.toMatch(/Grad-CAM|not drawn|signal/);
  // A version without the map of opacity draws its Grad-CAM, however weak.
  expect(said(weak)).toContain('Its map: Grad-CAM.');
  expect(said(weak)).toMatch(/Weak signal/);
  expect(said(weak)).not.toMatch(/not drawn/);
});
