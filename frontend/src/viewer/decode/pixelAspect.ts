import { type Level, NotShownError, type Spacing } from './film';
import { isWithin, type Padding } from './pyramid';

export const SQUARE = 1;
/** Rounded resolutions, like 300 x 299 dots per inch, are no shape. */
const NEARLY = 0.01;
const MOST = 8;
const PHYS = 0x70485973;
const PHYS_LENGTH = 9;
const IDAT = 0x49444154;
const APP0 = 0xffe0;
const APP1 = 0xffe1;
const JFIF = 0x4a464946;
const EXIF = 0x45786966;
const START_OF_SCAN = 0xffda;
/** Bytes of a segment before its EXIF. */
const EXIF_HEAD = 10;
const LITTLE_ENDIAN = 0x4949;
const ORIENTATION = 274;
const UPRIGHT = 1;
const SHORT = 3;
const X_RESOLUTION = 282;
const Y_RESOLUTION = 283;

/** Height of a pixel over its width, from the distances of rows and of columns. */
export function spacingAspect(down: number, across: number): number {
  const aspect = down / across;
  if (!(aspect >= 1 / MOST && aspect <= MOST)) {
    throw new NotShownError('pixel-aspect');
  }
  return Math.abs(aspect - SQUARE) <= NEARLY ? SQUARE : aspect;
}

/** From pixels per unit of length; square where they say nothing. */
export function densityAspect(across: number, down: number): number {
  const known = [across, down].every((density) => density > 0 && Number.isFinite(density));
  return known ? spacingAspect(1 / down, 1 / across) : SQUARE;
}

/** Of a PNG: what its `pHYs` chunk says, before the pixel data. */
export function pngAspect(view: DataView): number {
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const kind = view.getUint32(at + 4);
    if (kind === PHYS && view.getUint32(at) === PHYS_LENGTH && at + 16 <= view.byteLength) {
      return densityAspect(view.getUint32(at + 8), view.getUint32(at + 12));
    }
    if (kind === IDAT) {
      break;
    }
  }
  return SQUARE;
}

/**
 * Whether an EXIF block, a TIFF structure, may turn the picture for the service and not in a browser,
 * which knows but one SHORT, and that only where it looks for it.
 */
export function turnsUnseen(tiff: DataView, isLookedAt: boolean): boolean {
  try {
    const little = tiff.getUint16(0) === LITTLE_ENDIAN;
    const start = tiff.getUint32(4, little);
    for (let index = 0; index < tiff.getUint16(start, little); index += 1) {
      const entry = start + 2 + 12 * index;
      if (tiff.getUint16(entry, little) === ORIENTATION) {
        const kind = tiff.getUint16(entry + 2, little);
        const usual = kind === SHORT && tiff.getUint32(entry + 4, little) === 1;
        return !usual || (!isLookedAt && tiff.getUint16(entry + 8, little) > UPRIGHT);
      }
    }
    return false;
  } catch {
    // One that is broken says nothing, as to the service.
    return false;
  }
}

/** Whether the two resolutions of an EXIF block, a TIFF structure, are not the same. */
function saysUneven(tiff: DataView): boolean {
  try {
    const little = tiff.getUint16(0) === LITTLE_ENDIAN;
    const start = tiff.getUint32(4, little);
    const found = new Map<number, number>();
    for (let index = 0; index < tiff.getUint16(start, little); index += 1) {
      const entry = start + 2 + 12 * index;
      const at = tiff.getUint32(entry + 8, little);
      const tag = tiff.getUint16(entry, little);
      if (tag === X_RESOLUTION || tag === Y_RESOLUTION) {
        found.set(tag, tiff.getUint32(at, little) / tiff.getUint32(at + 4, little));
      }
    }
    return densityAspect(found.get(X_RESOLUTION) ?? 0, found.get(Y_RESOLUTION) ?? 0) !== SQUARE;
  } catch (error) {
    // One that is broken says nothing, as to the service.
    return error instanceof NotShownError;
  }
}

/**
 * Of a JPEG: what JFIF says. One that also has EXIF may be turned, or say it in another way, which
 * is left to the service where the two would matter.
 */
export function jpegAspect(view: DataView): number {
  let [aspect, exif, told] = [SQUARE, false, false];
  for (let at = 2; at + 16 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker === START_OF_SCAN || marker < 0xff01) {
      break;
    }
    if (marker === APP0 && view.getUint32(at + 4) === JFIF) {
      const [across, down] = [view.getUint16(at + 12), view.getUint16(at + 14)];
      // Unit 0 says no more than the shape.
      aspect = densityAspect(across, down);
    }
    if (marker === APP1 && view.getUint32(at + 4) === EXIF) {
      const tiff = new DataView(view.buffer, view.byteOffset + at + EXIF_HEAD);
      if (turnsUnseen(tiff, !exif)) {
        throw new NotShownError('exif');
      }
      exif = true;
      told ||= saysUneven(tiff);
    }
  }
  if (exif && (aspect !== SQUARE || told)) {
    throw new NotShownError('pixel-aspect-and-exif');
  }
  return aspect;
}

/** The picture on square pixels: more of them along the longer side of a pixel, as the service does. */
export function squared(
  level: Level,
  aspect: number,
  maxPixels: number,
  padding: Padding = null,
): Level {
  if (aspect === SQUARE) {
    return level;
  }
  const { width, height } = level;
  const larger: [number, number] =
    aspect > 1 ? [width, Math.round(height * aspect)] : [Math.round(width / aspect), height];
  const smaller: [number, number] =
    aspect > 1 ? [Math.round(width / aspect), height] : [width, Math.round(height * aspect)];
  const [across, down] = larger[0] * larger[1] <= maxPixels ? larger : smaller;
  return scaledTo(level, across, down, padding);
}

/** By straight lines between the pixels' centres; beside padding, which is in no mean, the nearest. */
function scaledTo(
  { width, height, codes }: Level,
  across: number,
  down: number,
  padding: Padding,
): Level {
  const out = new (codes instanceof Uint8Array ? Uint8Array : Uint16Array)(across * down);
  const columns = Array.from({ length: across }, (_, x) => between(x, across, width));
  const isBeside = (start: number, { from, to }: typeof NOWHERE) =>
    padding !== null && [from, to].some((place) => isWithin(codes[start + place] ?? 0, padding));
  for (let y = 0; y < down; y += 1) {
    const row = between(y, down, height);
    const [upper, lower] = [row.from * width, row.to * width];
    for (let x = 0; x < across; x += 1) {
      const column = columns[x] ?? NOWHERE;
      const code = (start: number, place: number) => codes[start + place] ?? 0;
      const at = (start: number) =>
        code(start, column.from) * (1 - column.share) + code(start, column.to) * column.share;
      if (padding && [upper, lower].some((start) => isBeside(start, column))) {
        const near = column.share < 0.5 ? column.from : column.to;
        out[y * across + x] = code(row.share < 0.5 ? upper : lower, near);
      } else {
        out[y * across + x] = Math.round(at(upper) * (1 - row.share) + at(lower) * row.share);
      }
    }
  }
  return { width: across, height: down, codes: out };
}

const NOWHERE = { from: 0, to: 0, share: 0 };

function between(index: number, of: number, size: number): typeof NOWHERE {
  const place = Math.min(size - 1, Math.max(0, ((index + 0.5) * size) / of - 0.5));
  const from = Math.floor(place);
  return { from, to: Math.min(size - 1, from + 1), share: place - from };
}

/** Spacing once pixels are square: that of the finer side where pixels were added. */
export function squaredSpacing(
  spacing: Spacing | null,
  before: Level,
  after: Level,
): Spacing | null {
  return (
    spacing && {
      ...spacing,
      row: (spacing.row * before.height) / after.height,
      column: (spacing.column * before.width) / after.width,
    }
  );
}
