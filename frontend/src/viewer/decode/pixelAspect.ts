import { type Level, NotShownError, type Spacing } from './film';

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
 * Of a JPEG: what JFIF says. One that also has EXIF may be turned, or say it in another way, which
 * is left to the service where the two would matter.
 */
export function jpegAspect(view: DataView): number {
  let [aspect, exif] = [SQUARE, false];
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
    exif ||= marker === APP1 && view.getUint32(at + 4) === EXIF;
  }
  if (aspect !== SQUARE && exif) {
    throw new NotShownError('pixel-aspect-and-exif');
  }
  return aspect;
}

/** The picture on square pixels: more of them along the longer side of a pixel, as the service does. */
export function squared(level: Level, aspect: number, maxPixels: number): Level {
  if (aspect === SQUARE) {
    return level;
  }
  const { width, height } = level;
  const larger: [number, number] =
    aspect > 1 ? [width, Math.round(height * aspect)] : [Math.round(width / aspect), height];
  const smaller: [number, number] =
    aspect > 1 ? [Math.round(width / aspect), height] : [width, Math.round(height * aspect)];
  const [across, down] = larger[0] * larger[1] <= maxPixels ? larger : smaller;
  return scaledTo(level, across, down);
}

/** By straight lines between the pixels' centres. */
function scaledTo({ width, height, codes }: Level, across: number, down: number): Level {
  const out = new (codes instanceof Uint8Array ? Uint8Array : Uint16Array)(across * down);
  const columns = Array.from({ length: across }, (_, x) => between(x, across, width));
  for (let y = 0; y < down; y += 1) {
    const row = between(y, down, height);
    const [upper, lower] = [row.from * width, row.to * width];
    for (let x = 0; x < across; x += 1) {
      const column = columns[x] ?? NOWHERE;
      const at = (start: number) =>
        (codes[start + column.from] ?? 0) * (1 - column.share) +
        (codes[start + column.to] ?? 0) * column.share;
      out[y * across + x] = Math.round(at(upper) * (1 - row.share) + at(lower) * row.share);
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
