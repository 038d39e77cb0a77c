import { decode as decodePng } from 'fast-png';
import { decode as decodeTiff } from 'tiff';
import { type Level, NotShownError } from './film';
import { densityAspect, SQUARE, turnsUnseen } from './pixelAspect';
import { seen, seenPower } from './pngGamma';

/** ITU-R BT.601, as the service weighs colours. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/** `eXIf` */
const EXIF = 0x65584966;
const IDAT = 0x49444154;
/** `Exif`, and two zeros. */
const EXIF_NAME = [0x45, 0x78, 0x69, 0x66, 0, 0];

/** TIFF: transparency that colours were, or were not, multiplied by. */
const ASSOCIATED_OR_NOT: ReadonlySet<number> = new Set([1, 2]);
/** TIFF: each colour in a plane of its own. */
const PLANAR = 284;
const PLANES = 2;
const WHITE_IS_ZERO = 0;
const UNCOMPRESSED = 1;
/** Differences of neighbours. */
const PREDICTED = 2;
/** The lowest bit of a byte first. */
const REVERSED = 2;
const X_RESOLUTION = 282;
const Y_RESOLUTION = 283;

export interface Raster extends Level {
  readonly range: number;
  /** Height of a pixel over its width. */
  readonly aspect: number;
}

/** Interleaved samples to grey; transparency is laid on black. `top` is the greatest sample. */
export function toGrey(
  samples: ArrayLike<number>,
  channels: number,
  size: { width: number; height: number },
  top: number,
  alpha = channels === 2 || channels === 4,
): Raster {
  const { width, height } = size;
  const codes = top > 255 ? new Uint16Array(width * height) : new Uint8Array(width * height);
  const colour = channels >= 3;
  for (let pixel = 0, at = 0; pixel < codes.length; pixel += 1, at += channels) {
    const first = samples[at] ?? 0;
    const grey = colour
      ? LUMA[0] * first + LUMA[1] * (samples[at + 1] ?? 0) + LUMA[2] * (samples[at + 2] ?? 0)
      : first;
    codes[pixel] = Math.round(alpha ? (grey * (samples[at + channels - 1] ?? top)) / top : grey);
  }
  return { width, height, codes, range: top + 1, aspect: SQUARE };
}

/** What browsers read: 8-bit PNG, JPEG; orientation tags applied, samples to the given power. */
export async function readByBrowser(blob: Blob, power = 1): Promise<Raster> {
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  }).catch(() => {
    throw new NotShownError('damaged');
  });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new NotShownError('no-canvas');
  }
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return toGrey(seen(data, 4, 255, power), 4, { width, height }, 255);
}

/** PNG of 16 bits, which browsers cut down to 8. */
export function readDeepPng(data: Uint8Array): Raster {
  if (exifOf(data) !== null) {
    // It may say that the picture is turned, which the service obeys.
    throw new NotShownError('exif');
  }
  const png = decodePng(data);
  if (png.palette) {
    throw new NotShownError('palette');
  }
  const top = 2 ** png.depth - 1;
  const power = seenPower(new DataView(data.buffer, data.byteOffset, data.byteLength));
  const grey = toGrey(seen(png.data, png.channels, top, power), png.channels, png, top);
  const key = png.transparency;
  if (key) {
    for (let pixel = 0; pixel < grey.codes.length; pixel += 1) {
      const at = pixel * png.channels;
      if (key.every((sample, channel) => png.data[at + channel] === sample)) {
        grey.codes[pixel] = 0;
      }
    }
  }
  return grey;
}

/**
 * Whether a PNG's `eXIf` is read by the service and maybe not by browsers: it begins as in JPEG, stands
 * behind the pixels, or has its numbers in another kind.
 */
export function hasUnseenExif(data: Uint8Array): boolean {
  const exif = exifOf(data);
  if (!exif) {
    return false;
  }
  const { buffer, byteOffset, byteLength } = exif.bytes;
  const named = EXIF_NAME.every((byte, at) => exif.bytes[at] === byte);
  return named || turnsUnseen(new DataView(buffer, byteOffset, byteLength), !exif.isBehind);
}

/** Whether a PNG has EXIF, which may say how it is to be turned. */
export const hasExif = (data: Uint8Array): boolean => exifOf(data) !== null;

/** The first of a PNG's `eXIf` chunks, and whether pixels come before it; `null` where there is none. */
function exifOf(data: Uint8Array): { bytes: Uint8Array; isBehind: boolean } | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let isBehind = false;
  for (let at = 8; at + 12 <= data.length; at += 12 + view.getUint32(at)) {
    const kind = view.getUint32(at + 4);
    if (kind === EXIF) {
      return { bytes: data.subarray(at + 8, at + 8 + view.getUint32(at)), isBehind };
    }
    isBehind ||= kind === IDAT;
  }
  return null;
}

/** TIFF of 8 or 16 bits; the library refuses what is turned, or packed in other ways. */
export function readTiff(data: Uint8Array, maxPixels: number): Raster {
  const [about] = decodeTiff(data, { pages: [0], ignoreImageData: true });
  if (!about || about.width * about.height > maxPixels) {
    throw new NotShownError('too-large');
  }
  if (isMixedUp(about)) {
    throw new NotShownError('tiff-of-another-kind');
  }
  const [page] = decodeTiff(data, { pages: [0] });
  const depth = page?.bitsPerSample;
  if (!page || page.palette || (depth !== 8 && depth !== 16) || page.sampleFormat !== 1) {
    throw new NotShownError('tiff-of-another-kind');
  }
  const channels = page.samplesPerPixel;
  const grey = toGrey(page.data, channels, page, 2 ** depth - 1, hasAlpha(page.extraSamples));
  return { ...grey, aspect: densityAspect(...densitiesOf(page)) };
}

type About = ReturnType<typeof decodeTiff>[number];

/** What the library reads otherwise than the service, without a word. */
function isMixedUp(about: About): boolean {
  const { samplesPerPixel, predictor } = about;
  const several = samplesPerPixel > 1;
  const planes = several && about.fields.get(PLANAR) === PLANES;
  const tiles = about.tiled && (several || predictor === PREDICTED);
  // Transparency would be inverted as well, or is there for the service alone.
  const inverted = several && about.type === WHITE_IS_ZERO;
  const untold = samplesPerPixel % 2 === 0 && !about.extraSamples;
  // Nothing was predicted, whatever is said.
  const plain = about.compression === UNCOMPRESSED && predictor === PREDICTED;
  return planes || tiles || inverted || untold || plain || about.fillOrder === REVERSED;
}

/** A further sample that says of nothing that it is transparency is none (TIFF 6.0, ExtraSamples). */
function hasAlpha(extraSamples: readonly number[] | undefined): boolean {
  return ASSOCIATED_OR_NOT.has(extraSamples?.[0] ?? 0);
}

function densitiesOf({ fields }: { fields: ReadonlyMap<number, unknown> }): [number, number] {
  // Of any kind of number; of several, the first.
  const first = (tag: number) => {
    const value = fields.get(tag) as number | ArrayLike<number> | undefined;
    return Number((typeof value === 'object' ? value[0] : value) ?? 0);
  };
  return [first(X_RESOLUTION), first(Y_RESOLUTION)];
}
