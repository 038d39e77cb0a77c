import { expect, it } from 'vitest';
import { en } from '../i18n/catalogue';
import { prediction, study } from '../lib/fixtures';
import type { Reading } from '../lib/reading';
import { type Graded, reportContent } from './content';
import { reportText } from './text';

const said = (reading: Partial<Reading>) => {
  const graded: Graded = {
    name: 'chest.png',
    prediction: { ...prediction('severe'), explanation: null },
    gradedAt: new Date(2026, 10, 23, 14, 5),
    date: '',
    view: '',
    study: study(),
    reading: { grade: null, zones: {}, comment: '', blind: false, at: '', ...reading },
  };
  const lines = reportContent(graded, en).reading;
  expect(reportText(graded, en)).toContain(lines.join('\n'));
  return lines;
};

it('is told of some zones without a grade or a comment', () => {
  expect(said({ zones: { A: 1, B: 0, C: 3, D: 2, E: 1 } })).toEqual([
    'Reader: zones A 1, B 0, C 3, D 2, E 1 · Not scored blind.',
  ]);
});

it('is told of six zones beside a grade, and where the two do not go together', () => {
  const zones = { A: 3, B: 3, C: 0, D: 0, E: 0, F: 0 };
  const scores = '6 of 18 · zones A 3, B 3, C 0, D 0, E 0, F 0';
  expect(said({ grade: 'moderate', zones, blind: true })).toEqual([
    `Reader: Moderate · ${scores} · Scored blind.`,
  ]);
  expect(said({ grade: 'mild', zones, comment: 'Supine' })).toEqual([
    `Reader: Mild · ${scores} · Not scored blind. · Supine`,
    'The zone scores add up to 6 of 18, which is moderate, but the grade chosen is mild; the chosen grade counts.',
  ]);
});

it('of a comment alone is neither blind nor not', () => {
  expect(said({ comment: 'Supine', blind: true })).toEqual(['Reader: Supine']);
  expect(said({})).toEqual([]);
});
