import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Graded } from '../../../report/content';
import { OnPaper } from './OnPaper';

const graded = (changes: Partial<Graded> = {}): Graded => ({
  name: 'chest.png',
  prediction: prediction('severe'),
  gradedAt: new Date(2026, 10, 28, 14, 30),
  date: '2020-03-09',
  view: '',
  study: study(),
  ...changes,
});
const facts = () =>
  Object.fromEntries(
    screen.getAllByRole('term').map((term) => [term.textContent, term.nextSibling?.textContent]),
  );

it('says of a printed film which it is, when it was graded and by which version', () => {
  const { container } = render(<OnPaper graded={graded()} />);
  expect(facts()).toMatchObject({
    File: 'chest.png',
    'Date of the film': '9 Mar 2020',
    Graded: '28 Nov 2026, 14:30',
    Model: 'cxr-severity 1.0.0',
    'SHA-256': 'ab'.repeat(32),
  });
  expect(container.firstElementChild?.getAttribute('data-print')).toBe('only');
  // Nobody has read it: no empty form, and not the result once more.
  expect(container.querySelector('p')).toBeNull();
});

it('prints what a person said in the place of the form', () => {
  const reading = {
    grade: 'moderate',
    zones: {},
    comment: 'Supine.',
    blind: true,
    at: '2026-11-28T14:31:00Z',
  } as const;
  const { container } = render(<OnPaper graded={graded({ reading, impression: 'As before.' })} />);
  expect([...container.querySelectorAll('p')].map(({ textContent }) => textContent)).toEqual([
    'Reader: Moderate · Scored blind. · Supine.',
    'Impression: As before.',
  ]);
});
