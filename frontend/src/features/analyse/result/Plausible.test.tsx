import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { prediction, study } from '../../../lib/fixtures';
import { SEVERITIES } from '../../../lib/prediction';
import { announce } from '../announce';
import type { State } from '../shownState';
import { Plausible } from './Plausible';

it.each([
  [['mild', 'moderate'], 'Mild or moderate: let a person decide.'],
  [['moderate', 'severe'], 'Moderate or severe: let a person decide.'],
  [SEVERITIES, 'Mild, moderate or severe: let a person decide.'],
] as const)('names %j', (severities, sentence) => {
  render(<Plausible severities={severities} coverage={0.95} />);
  expect(screen.getByText(sentence)).toBeTruthy();
  expect(
    screen.getByText('In about 95 of 100 films the reference grade is among these.'),
  ).toBeTruthy();
});

it('states no coverage that it does not know', () => {
  render(<Plausible severities={['mild', 'moderate']} coverage={null} />);
  expect(screen.getByText(/let a person decide/)).toBeTruthy();
  expect(screen.queryByText(/of 100 films/)).toBeNull();
});

it('is heard with the result, and only when there is more than one', () => {
  const done = (shown: ReturnType<typeof prediction>): State =>
    ({ phase: 'done', study: study(), target: 'predicted', shown }) as State;
  const unsure = { prediction_set: ['mild' as const, 'moderate' as const], refer: true };
  expect(announce(done({ ...prediction('mild'), ...unsure }), en)).toBe(
    'Result for chest.png: mild, 80% model confidence. Mild or moderate: let a person decide.',
  );
  expect(announce(done(prediction('mild')), en)).not.toContain('decide');
});

it('is heard of whichever grade the map was asked: which map is drawn, its controls say', () => {
  const state = {
    phase: 'done',
    study: study(),
    target: 'severe',
    shown: prediction('mild', 'severe'),
  };
  expect(announce(state as State, en)).toBe('Result for chest.png: mild, 80% model confidence.');
});
