import type { DataSet } from 'dicom-parser';
import { describe, expect, it } from 'vitest';
import { type Orientation, readOrientation, turned, turnedSpacing } from './orientation';

const said = (text: string | undefined) =>
  readOrientation({ string: () => text } as unknown as DataSet);

/** What a writer stores of the film 1 2 3 / 4 5 6, whose head is above and left on the right. */
const STORED: Record<Orientation, readonly (readonly number[])[]> = {
  LF: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  RF: [
    [3, 2, 1],
    [6, 5, 4],
  ],
  LH: [
    [4, 5, 6],
    [1, 2, 3],
  ],
  RH: [
    [6, 5, 4],
    [3, 2, 1],
  ],
  FL: [
    [1, 4],
    [2, 5],
    [3, 6],
  ],
  HL: [
    [4, 1],
    [5, 2],
    [6, 3],
  ],
  FR: [
    [3, 6],
    [2, 5],
    [1, 4],
  ],
  HR: [
    [6, 3],
    [5, 2],
    [4, 1],
  ],
};

describe('Patient Orientation', () => {
  it.each(Object.keys(STORED) as Orientation[])('%s is set upright', (orientation) => {
    const rows = STORED[orientation];
    for (const Codes of [Uint8Array, Uint16Array]) {
      const codes = Codes.from(rows.flat());
      const level = { width: rows[0]?.length ?? 0, height: rows.length, codes };
      const upright = turned(level, orientation);
      expect(upright).toEqual({ width: 3, height: 2, codes: Codes.from([1, 2, 3, 4, 5, 6]) });
    }
  });

  it('is read as the service reads it', () => {
    expect(said('R\\F')).toBe('RF');
    expect(said(' ra\\FP ')).toBe('RF');
    expect(said('H\\L')).toBe('HL');
    for (const unclear of [undefined, '', 'R', 'R\\', 'R\\L', 'R\\F\\H', 'X\\F', 'A\\F', 'R1\\F']) {
      expect(said(unclear)).toBe('LF');
    }
  });

  it('swaps the spacing of rows and columns with them', () => {
    const spacing = { row: 0.1, column: 0.2, plane: 'detector' as const };
    expect(turnedSpacing(spacing, 'RH')).toEqual(spacing);
    expect(turnedSpacing(spacing, 'HL')).toEqual({ row: 0.2, column: 0.1, plane: 'detector' });
    expect(turnedSpacing(null, 'HL')).toBeNull();
  });
});
