import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import { thumbnail } from './thumbnails';

const film = readFileSync(join(import.meta.dirname, '../../samples/1052b0fe.png'));

it('is the film, small, of the same shape and brightness', () => {
  const small = thumbnail(film);
  const [before, after] = [decode(film), decode(small)];
  expect(after.width).toBe(192);
  expect(after.height / after.width).toBeCloseTo(before.height / before.width, 2);
  const mean = ({ data }: { data: ArrayLike<number> }) =>
    Array.from(data).reduce((sum, grey) => sum + grey, 0) / data.length;
  expect(Math.abs(mean(after) - mean(before))).toBeLessThan(2);
  expect(small.length).toBeLessThan(25_000);
});
