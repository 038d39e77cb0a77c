import charlsUrl from '@cornerstonejs/codec-charls/decodewasm?url';
import charls from '@cornerstonejs/codec-charls/decodewasmjs';
import openJpegUrl from '@cornerstonejs/codec-openjpeg/decodewasm?url';
import openJpeg from '@cornerstonejs/codec-openjpeg/decodewasmjs';
import { Decoder } from '@cornerstonejs/jpeg-lossless-decoder-js';
import type { Layout } from './dicomLayout';
import { NotShownError } from './film';

/** What a stream holds. */
export interface Decoded {
  readonly values: Uint8Array | Uint16Array;
  /** Bits of each sample. */
  readonly precision: number;
  /** Whether it calls its own samples signed, which JPEG 2000 alone can. */
  readonly signed: boolean;
  /** Whether each sample of the pixels has a plane of its own. */
  readonly planar: boolean;
}

/** Of JPEG-LS: one scan after the other. */
const BY_SCANS = 0;

function run(decoder: CompiledDecoder, stream: Uint8Array): Decoded {
  try {
    decoder.getEncodedBuffer(stream.length).set(stream);
    decoder.decode();
    const { bitsPerSample, isSigned = false } = decoder.getFrameInfo();
    // A copy: the decoder's memory goes with it.
    const bytes = decoder.getDecodedBuffer().slice();
    const values = bitsPerSample > 8 ? new Uint16Array(bytes.buffer) : bytes;
    const planar = decoder.getInterleaveMode?.() === BY_SCANS;
    return { values, precision: bitsPerSample, signed: isSigned, planar };
  } catch {
    throw new NotShownError('the-compressed-stream-is-damaged');
  } finally {
    decoder.delete();
  }
}

export async function decodeJpeg2000(stream: Uint8Array): Promise<Decoded> {
  const { J2KDecoder } = await openJpeg({ locateFile: () => openJpegUrl });
  return run(new J2KDecoder(), stream);
}

export async function decodeJpegLs(stream: Uint8Array): Promise<Decoded> {
  const { JpegLSDecoder } = await charls({ locateFile: () => charlsUrl });
  return run(new JpegLSDecoder(), stream);
}

export function decodeJpegLossless(stream: Uint8Array): Decoded {
  const decoder = new Decoder();
  const copy = stream.slice();
  try {
    const values = decoder.decode(copy.buffer, 0, copy.length);
    return { values, precision: decoder.frame.precision, signed: false, planar: false };
  } catch {
    throw new NotShownError('the-compressed-stream-is-damaged');
  }
}

/** RLE (PS3.5 annex G): one segment per byte of a sample, most significant first, in PackBits. */
export function decodeRle(
  stream: Uint8Array,
  { rows, columns, samples, allocated }: Layout,
): Uint8Array | Uint16Array {
  const header = new DataView(stream.buffer, stream.byteOffset, 64);
  const depth = allocated / 8;
  const size = rows * columns;
  const out = depth === 2 ? new Uint16Array(size * samples) : new Uint8Array(size * samples);
  for (let segment = 0; segment < samples * depth; segment += 1) {
    const start = header.getUint32(4 + 4 * segment, true);
    const end = header.getUint32(8 + 4 * segment, true) || stream.length;
    const plane = unpackBits(stream.subarray(start, end), size);
    const sample = Math.floor(segment / depth);
    const shift = 8 * (depth - 1 - (segment % depth));
    for (let pixel = 0; pixel < size; pixel += 1) {
      const at = pixel * samples + sample;
      out[at] = (out[at] ?? 0) | ((plane[pixel] ?? 0) << shift);
    }
  }
  return out;
}

function unpackBits(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let to = 0;
  for (let at = 0; at < packed.length && to < size; ) {
    const control = packed[at] ?? 0;
    if (control < 128) {
      out.set(packed.subarray(at + 1, at + 2 + Math.min(control, size - to - 1)), to);
      to += control + 1;
      at += control + 2;
    } else if (control > 128) {
      out.fill(packed[at + 1] ?? 0, to, to + 257 - control);
      to += 257 - control;
      at += 2;
    } else {
      at += 1;
    }
  }
  if (to < size) {
    throw new NotShownError('a-segment-is-cut-short');
  }
  return out;
}
