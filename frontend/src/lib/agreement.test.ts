import { expect, it } from 'vitest';
import { agreementOf, type Pair } from './agreement';

const pairs = (table: readonly (readonly number[])[]): Pair[] =>
  table.flatMap((row, one) =>
    row.flatMap((count, other) =>
      Array.from({ length: count }, () => {
        const grades = ['mild', 'moderate', 'severe'] as const;
        return [grades[one] ?? 'mild', grades[other] ?? 'mild'] as const;
      }),
    ),
  );

it('is as sklearn’s cohen_kappa_score with quadratic weights', () => {
  const told = agreementOf(
    pairs([
      [10, 2, 0],
      [3, 8, 1],
      [0, 2, 6],
    ]),
  );
  expect(told?.films).toBe(32);
  expect(told?.same).toBeCloseTo(24 / 32);
  expect(told?.kappa).toBeCloseTo(0.7922077922077921, 6);
});

it('knows no kappa where there is one grade alone, and nothing without films', () => {
  expect(agreementOf(pairs([[6]]))).toEqual({ films: 6, same: 1, kappa: null });
  expect(agreementOf([])).toBeNull();
});

it('knows no kappa of so few films that one of them would decide it', () => {
  expect(agreementOf(pairs([[0, 1]]))).toEqual({ films: 1, same: 0, kappa: null });
  const four = [
    [2, 0],
    [0, 2],
  ];
  expect(agreementOf(pairs(four))).toEqual({ films: 4, same: 1, kappa: null });
  expect(agreementOf(pairs([...four, [0, 0, 1]]))).toEqual({ films: 5, same: 1, kappa: 1 });
});
