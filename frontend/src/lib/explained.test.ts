import { expect, it } from 'vitest';
import { answered, chosen } from './explained';
import { prediction } from './fixtures';

it('says of a map what it is of, where a version cannot explain what was asked for', () => {
  const grade = answered(null, 'burden', prediction('mild', 'mild'));
  expect(grade.target).toBe('mild');
  // Asked for again, it is known to be all that there is.
  expect(chosen(grade, 'burden')).toMatchObject({ target: 'mild', pending: null });
  expect(chosen(grade, 'predicted')).toMatchObject({ target: 'predicted', pending: null });
  expect(chosen(grade, 'severe').pending).toBe('severe');
});

it('has the total first and the predicted grade on demand, where both can be explained', () => {
  const total = answered(null, 'burden', prediction('mild', 'burden'));
  expect(total.target).toBe('burden');
  expect(chosen(total, 'predicted').pending).toBe('predicted');
  expect(answered(total, 'predicted', prediction('mild')).target).toBe('predicted');
});
