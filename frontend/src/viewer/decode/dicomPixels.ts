import { type DataSet, readEncapsulatedPixelDataFromFragments } from 'dicom-parser';
import {
  type Decoded,
  decodeJpeg2000,
  decodeJpegLossless,
  decodeJpegLs,
  decodeRle,
} from './codecs';
import { signExtended } from './dicomBits';
import type { Layout } from './dicomLayout';
import { BIG_ENDIAN, IMPLICIT, NATIVE } from './dicomStart';
import { NotShownError } from './film';
import { jpegForBrowser } from './jpegInDicom';
import { readByBrowser } from './raster';

export interface Samples {
  /** Interleaved where there are several per pixel. */
  readonly values: ArrayLike<number>;
  /** Whether colours already are red, green and blue, or one grey. */
  readonly samples: number;
  /** Where the lowest bit of a value lies. */
  readonly shift: number;
  /** Bits of each sample of a compressed stream, by its own account. */
  readonly precision?: number;
}

/** The one frame's samples, decoded but not yet masked to the stored bits. */
export async function readSamples(dataSet: DataSet, layout: Layout): Promise<Samples> {
  const syntax = (dataSet.string('x00020010') ?? IMPLICIT).trim();
  const element = dataSet.elements.x7fe00010;
  if (!element) {
    throw new NotShownError('no-pixel-data');
  }
  const { samples, allocated, stored, highBit } = layout;
  if (allocated !== 8 && allocated !== 16) {
    throw new NotShownError('bits-allocated');
  }
  if (stored < 1 || stored > allocated || highBit < stored - 1 || highBit >= allocated) {
    throw new NotShownError('bits-stored');
  }
  const count = layout.rows * layout.columns * samples;
  const shift = layout.highBit - layout.stored + 1;
  if (NATIVE.has(syntax)) {
    const bytes = dataSet.byteArray.subarray(
      element.dataOffset,
      element.dataOffset + element.length,
    );
    // Bytes that are written as words are swapped like these (PS3.5 A.3).
    const swaps = syntax === BIG_ENDIAN && (allocated === 16 || element.vr === 'OW');
    const values = words(bytes, allocated, swaps);
    if (values.length < count) {
      throw new NotShownError('pixel-data-is-cut-short');
    }
    // What follows is padding to an even length.
    const own = values.subarray(0, count);
    return { values: layout.planar ? interleave(own, samples) : own, samples, shift };
  }
  const stream = readEncapsulatedPixelDataFromFragments(
    dataSet,
    element,
    0,
    element.fragments?.length ?? 0,
  );
  switch (syntax.slice(IMPLICIT.length)) {
    case '.4.50':
    case '.4.51': {
      // Browsers read 8 bits; the 12 of some extended streams end as an error, not as a picture.
      const { codes, width, height } = await readByBrowser(
        jpegForBrowser(stream, layout.photometric),
      );
      if (width !== layout.columns || height !== layout.rows) {
        throw new NotShownError('the-compressed-stream-is-damaged');
      }
      return { values: codes, samples: 1, shift: 0 };
    }
    case '.4.57':
    case '.4.70':
      return ofStream(decodeJpegLossless(stream), layout);
    case '.4.80':
    case '.4.81':
      return ofStream(await decodeJpegLs(stream), layout);
    case '.4.90':
    case '.4.91':
      return ofStream(await decodeJpeg2000(stream), layout);
    case '.5':
      return { values: decodeRle(stream, layout), samples, shift };
    default:
      throw new NotShownError('unknown-transfer-syntax');
  }
}

function ofStream(decoded: Decoded, layout: Layout): Samples {
  const { precision, signed } = decoded;
  const { samples } = layout;
  const values = decoded.planar ? interleave(decoded.values, samples) : decoded.values;
  if (signed && precision <= 8) {
    // OpenJPEG's, as compiled here, makes 0 of all that is negative in one byte.
    throw new NotShownError('the-stream-has-negative-values');
  }
  if (layout.signed) {
    return { values: signExtended(values, precision), precision, samples, shift: 0 };
  }
  const sign = 2 ** (precision - 1);
  if (signed && values.some((value) => (value & sign) !== 0)) {
    throw new NotShownError('the-stream-has-negative-values');
  }
  return { values, precision, samples, shift: 0 };
}

function words(bytes: Uint8Array, allocated: number, swaps: boolean): Uint8Array | Uint16Array {
  if (allocated === 8 && !swaps) {
    return bytes;
  }
  // A copy: the file may have them at an odd place.
  const copy = bytes.slice(0, bytes.length & ~1);
  if (swaps) {
    for (let at = 0; at < copy.length; at += 2) {
      const first = copy[at] ?? 0;
      copy[at] = copy[at + 1] ?? 0;
      copy[at + 1] = first;
    }
  }
  return allocated === 8 ? copy : new Uint16Array(copy.buffer);
}

function interleave(planes: ArrayLike<number>, samples: number): Uint16Array {
  const size = planes.length / samples;
  return Uint16Array.from(
    planes,
    (_, at) => planes[(at % samples) * size + Math.floor(at / samples)] ?? 0,
  );
}
