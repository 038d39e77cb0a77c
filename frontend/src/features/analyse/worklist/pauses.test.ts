import { expect, it } from 'vitest';
import { isTemporary } from './pauses';

it.each([
  ['busy', 503, true],
  ['unexpected-answer', 502, true],
  ['unexpected-answer', 504, true],
  ['unexpected-answer', 500, false],
  ['damaged-image', 422, false],
  ['network', null, true],
] as const)('%s with status %s: another try may have another end: %s', (code, status, passes) => {
  expect(isTemporary({ code, status, title: '', detail: '' })).toBe(passes);
});
