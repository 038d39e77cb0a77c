import { expect, it } from 'vitest';
import { en } from '../../i18n/catalogue';
import { prediction, study } from '../../lib/fixtures';
import type { Explanation } from '../../lib/prediction';
import { FIRST_OVERLAY } from '../../viewer/overlay';
import { captionFor } from './caption';
import { FRESH, NO_FACTS } from './worklist/films';

const item = { ...FRESH, ...NO_FACTS, id: 1, study: study(), date: '2020-03-09' };
const OPACITY: Explanation['opacity'] = {
  map: 'data:image/png;base64,BB==',
  of_lungs: 0.3,
  of_zones: { A: 0, B: 0.1, C: 0.2, D: 0.3, E: 0.4, F: 0.5 },
};

function captioned(overlay: Partial<typeof FIRST_OVERLAY>, changes: Partial<Explanation> = {}) {
  const made = prediction('severe');
  const explanation = made.explanation && { ...made.explanation, opacity: OPACITY, ...changes };
  const shown = { ...made, explanation, prediction_set: ['moderate' as const], refer: true };
  const state = {
    phase: 'done',
    study: study(),
    gradedAt: new Date(),
    shown,
    target: 'burden',
    predictions: {},
    pending: null,
    targetFailure: null,
  } as const;
  return captionFor(item, state, { ...FIRST_OVERLAY, ...overlay }, en).join(' ');
}

it('says of a picture whose it is, what its grade is worth, and which map lies over it', () => {
  expect(captioned({})).toMatch(/chest\.png.*9 Mar 2020.*Severe, 80%.*Opacity seen.*let a person/);
  expect(captioned({ layer: 'grad-cam' })).toContain('Grad-CAM for severe');
});

it('names no map that is not drawn', () => {
  const none = /Opacity seen|Grad-CAM/;
  const faint = { low_signal: true, low_signal_reason: 'faint' } as const;
  expect(captioned({ layer: 'grad-cam' }, faint)).not.toMatch(none);
  expect(captioned({ opacity: 0 })).not.toMatch(none);
  expect(captioned({ hidden: true })).not.toMatch(none);
});

it('says of a film without a result which it is, and no more', () => {
  const state = { phase: 'hidden', study: study() } as const;
  expect(captionFor(item, state, FIRST_OVERLAY, en)).toEqual(['chest.png', en.shared.notDiagnosis]);
});
