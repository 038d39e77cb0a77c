import { expect, it } from 'vitest';
import { prediction } from '../lib/fixtures';
import type { Explanation } from '../lib/prediction';
import { layerOf, mapOf } from './shownMap';

const OPACITY: Explanation['opacity'] = {
  map: 'data:image/png;base64,BB==',
  of_lungs: 0.3,
  of_zones: { A: 0, B: 0.1, C: 0.2, D: 0.3, E: 0.4, F: 0.5 },
};

function explanation(changes: Partial<Explanation>): Explanation {
  const made = prediction('severe').explanation;
  if (!made) {
    throw new Error('the fixture has an explanation');
  }
  return { ...made, ...changes };
}

it('draws the map that was chosen, and the only one where there is one', () => {
  const both = explanation({ opacity: OPACITY });
  expect(mapOf(both, 'opacity')).toBe(OPACITY?.map);
  expect(mapOf(both, 'grad-cam')).toBe(both.heatmap);
  const one = explanation({ opacity: null });
  expect(layerOf(one, 'opacity')).toBe('grad-cam');
  expect(mapOf(one, 'opacity')).toBe(one.heatmap);
});

it('draws no Grad-CAM that mostly lies outside the lungs', () => {
  const outside = { low_signal: true, low_signal_reason: 'outside-lungs' } as const;
  const both = explanation({ opacity: OPACITY, ...outside });
  expect(mapOf(both, 'grad-cam')).toBeNull();
  expect(mapOf(both, 'opacity')).toBe(OPACITY?.map);
  const faint = explanation({ low_signal: true, low_signal_reason: 'faint' });
  expect(mapOf(faint, 'grad-cam')).toBeNull();
  expect(mapOf(null, 'opacity')).toBeNull();
});
