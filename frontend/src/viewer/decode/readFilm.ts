import { readDicom } from './dicom';
import { isDicom } from './dicomStart';
import { type Film, NotShownError } from './film';
import { jpegAspect, pngAspect, SQUARE, squared } from './pixelAspect';
import { plainFilm } from './plainFilm';
import { seenPower } from './pngGamma';
import {
  hasExif,
  hasUnseenExif,
  type Raster,
  readByBrowser,
  readDeepPng,
  readTiff,
} from './raster';

const PNG = [0x89, 0x50, 0x4e, 0x47];
const JPEG = [0xff, 0xd8, 0xff];
const TIFF = [
  [0x49, 0x49, 0x2a, 0x00],
  [0x4d, 0x4d, 0x00, 0x2a],
];

/**
 * Decodes a file by its bytes, never by its name, as the service does. `maxPixels` is the service's
 * limit: what it refuses need not fill this page's memory.
 */
export async function readFilm(blob: Blob, maxPixels: number): Promise<Film> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (isDicom(bytes)) {
    return readDicom(bytes, maxPixels);
  }
  const { range, aspect, ...full } = await readRaster(blob, bytes, maxPixels);
  const square = squared(full, aspect, maxPixels);
  return { ...plainFilm(square, range), spacing: null, header: null };
}

async function readRaster(blob: Blob, bytes: Uint8Array, maxPixels: number): Promise<Raster> {
  const starts = (magic: readonly number[]) => magic.every((byte, at) => bytes[at] === byte);
  const view = new DataView(bytes.buffer);
  if (starts(PNG)) {
    refuseLarge(view.getUint32(16), view.getUint32(20), maxPixels);
    const depth = view.getUint8(24);
    if (hasUnseenExif(bytes)) {
      throw new NotShownError('exif');
    }
    const raster = depth === 16 ? readDeepPng(bytes) : await readByBrowser(blob, seenPower(view));
    const aspect = pngAspect(view);
    if (aspect !== SQUARE && depth !== 16 && hasExif(bytes)) {
      // The browser may have turned it, and then its pixels are not tall but wide.
      throw new NotShownError('pixel-aspect-and-exif');
    }
    return { ...raster, aspect };
  }
  if (starts(JPEG)) {
    refuseLarge(...jpegSize(view), maxPixels);
    const aspect = jpegAspect(view);
    return { ...(await readByBrowser(blob)), aspect };
  }
  if (TIFF.some(starts)) {
    return readTiff(bytes, maxPixels);
  }
  throw new NotShownError('no-format-that-this-page-knows');
}

function refuseLarge(width: number, height: number, maxPixels: number): void {
  if (width * height > maxPixels) {
    throw new NotShownError('too-large');
  }
}

/** Width and height from the frame header, the first SOF segment. */
function jpegSize(view: DataView): [width: number, height: number] {
  for (let at = 2; at + 9 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    const frame = marker >= 0xffc0 && marker <= 0xffcf;
    // C4, C8 and CC share the range and are tables.
    if (frame && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    }
  }
  throw new NotShownError('jpeg-without-a-frame');
}
