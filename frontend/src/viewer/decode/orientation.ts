import type { DataSet } from 'dicom-parser';
import type { Level, Spacing } from './film';

/** Towards which sides of the patient rows and columns run: left, right, feet, head. */
export type Orientation = 'LF' | 'RF' | 'RH' | 'LH' | 'FL' | 'FR' | 'HR' | 'HL';

/** The patient faces the viewer: the left lies on the right, the head above. */
const UPRIGHT = 'LF';
const OTHERS: readonly string[] = ['RF', 'RH', 'LH', 'FL', 'FR', 'HR', 'HL'];
const SIDES = /^[LRHFAP]+$/;

/** Patient Orientation, as the service reads it: what is not said clearly counts as upright. */
export function readOrientation(dataSet: DataSet): Orientation {
  const values = (dataSet.string('x00200020') ?? '')
    .split('\\')
    .map((value) => value.trim().toUpperCase());
  const clear = values.length === 2 && values.every((value) => SIDES.test(value));
  const sides = values.map((value) => value.charAt(0)).join('');
  return clear && OTHERS.includes(sides) ? (sides as Orientation) : UPRIGHT;
}

/** The picture as if the patient faced the viewer. */
export function turned(level: Level, orientation: Orientation): Level {
  if (orientation === UPRIGHT) {
    return level;
  }
  const across = runsDownwards(orientation);
  const { codes: stored } = level;
  const [width, height] = across ? [level.height, level.width] : [level.width, level.height];
  const mirrored = orientation.includes('R');
  const upsideDown = orientation.includes('H');
  const codes = new (stored instanceof Uint8Array ? Uint8Array : Uint16Array)(stored.length);
  for (let y = 0; y < height; y += 1) {
    const down = upsideDown ? height - 1 - y : y;
    for (let x = 0; x < width; x += 1) {
      const right = mirrored ? width - 1 - x : x;
      const from = across ? right * level.width + down : down * level.width + right;
      codes[y * width + x] = stored[from] ?? 0;
    }
  }
  return { width, height, codes };
}

/** Rows of the turned picture may be columns of the stored one. */
export function turnedSpacing(spacing: Spacing | null, orientation: Orientation): Spacing | null {
  return spacing && runsDownwards(orientation)
    ? { ...spacing, row: spacing.column, column: spacing.row }
    : spacing;
}

/** Whether stored rows run along the height of the patient. */
function runsDownwards(orientation: Orientation): boolean {
  return 'FH'.includes(orientation.charAt(0));
}
