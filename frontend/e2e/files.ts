import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { inject } from 'vitest';

const SAMPLES = join(import.meta.dirname, '../../samples');

export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const samplesByName = readdirSync(SAMPLES)
  .filter((name) => name.endsWith('.png'))
  .toSorted();

/** A real radiograph under another name, so that it is not taken for the sample itself. */
export function radiograph(name = 'patient.png', index = 0): Upload {
  const buffer = readFileSync(join(SAMPLES, samplesByName[index] ?? ''));
  return { name, mimeType: 'image/png', buffer };
}

/** The same picture in a file of a content of its own: the page counts one content once. */
export function copyOf({ buffer, ...upload }: Upload, comment: string): Upload {
  const named = Buffer.from(`tEXtComment\0${comment}`, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(named.length - 4);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  const afterHeader = 33;
  const parts = [buffer.subarray(0, afterHeader), length, named, checksum];
  return { ...upload, buffer: Buffer.concat([...parts, buffer.subarray(afterHeader)]) };
}

export const textNamedPng: Upload = {
  name: 'notes.png',
  mimeType: 'image/png',
  buffer: Buffer.from('This is a letter, not a radiograph.\n'.repeat(20)),
};

export const tooLarge: Upload = {
  name: 'large.tif',
  mimeType: 'image/tiff',
  buffer: Buffer.alloc(25_000_001),
};

const SHORT = 3;
const LONG = 4;

/** An uncompressed 8-bit grey TIFF of a soft disc: a format that browsers cannot show. */
export function tiff(name = 'disc.tif', side = 256): Upload {
  const pixels = Buffer.alloc(side * side);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const distance = Math.hypot(x - side / 2, y - side / 2) / side;
      pixels[y * side + x] = Math.max(0, Math.round(255 * (1 - 2 * distance)));
    }
  }
  const header = Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
  const entries: [tag: number, type: number, value: number][] = [
    [256, LONG, side], // ImageWidth
    [257, LONG, side], // ImageLength
    [258, SHORT, 8], // BitsPerSample
    [259, SHORT, 1], // Compression: none
    [262, SHORT, 1], // PhotometricInterpretation: black is zero
    [273, LONG, 8 + 2 + 9 * 12 + 4], // StripOffsets: right after the directory
    [277, SHORT, 1], // SamplesPerPixel
    [278, LONG, side], // RowsPerStrip
    [279, LONG, pixels.length], // StripByteCounts
  ];
  const directory = Buffer.alloc(2 + entries.length * 12 + 4);
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, type, value], index) => {
    const at = 2 + index * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(value, at + 8);
  });
  const buffer = Buffer.concat([header, directory, pixels]);
  return { name, mimeType: 'image/tiff', buffer };
}

/** What `make_films.py` made under that name. */
export function film(name: string): Upload {
  const buffer = readFileSync(join(inject('films'), name));
  return { name, mimeType: 'application/octet-stream', buffer };
}

/** By film: the grey, 0 to 255, that the service reads at the middle. */
export const greys = (): Readonly<Record<string, number>> =>
  JSON.parse(film('expected.json').buffer.toString());

/** The header of a grey PNG of so many pixels, and nothing after it. */
export function hugePng(name = 'huge.png', width = 10_000, height = 10_000): Upload {
  const buffer = Buffer.from(radiograph().buffer);
  buffer.writeUInt32BE(width, 16);
  buffer.writeUInt32BE(height, 20);
  // The header's checksum, so that it is only too large and not damaged.
  buffer.writeUInt32BE(crc32(buffer.subarray(12, 29)), 29);
  return { name, mimeType: 'image/png', buffer };
}
