import { expect, it } from 'vitest';
import { jpegForBrowser } from './jpegInDicom';

const text = (word: string) => [...word].map((letter) => letter.charCodeAt(0));
const segment = (marker: number, ...payload: number[]) => [
  0xff,
  marker,
  0,
  payload.length + 2,
  ...payload,
];

const START = [0xff, 0xd8];
const JFIF = segment(0xe0, ...text('JFIF'), 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);
const EXIF = segment(0xe1, ...text('Exif'), 0, 0, 0xff, 0xda);
const FRAME = segment(0xc0, 8, 0, 1, 0, 2, 1, 1, 0x11, 0);
const SCAN = [...segment(0xda, 1, 1, 0, 0, 63, 0), 1, 2, 0xff, 0xe1, 3, 0xff, 0xd9];

const sent = async (...stream: number[]) => [
  ...new Uint8Array(await jpegForBrowser(Uint8Array.from(stream)).arrayBuffer()),
];

it('keeps from the browser what may turn the picture', async () => {
  const plain = [...START, ...JFIF, ...FRAME, ...SCAN];
  expect(await sent(...START, ...JFIF, ...EXIF, ...FRAME, ...SCAN)).toEqual(plain);
  // Fill bytes may stand before any marker.
  expect(await sent(...START, ...JFIF, 0xff, 0xff, ...EXIF, ...FRAME, ...SCAN)).toEqual(plain);
  expect(await sent(...plain)).toEqual(plain);
});

it('reads no stream that it cannot follow', () => {
  const read = (...stream: number[]) => jpegForBrowser(Uint8Array.from(stream));
  expect(() => read(...START, ...JFIF)).toThrow('damaged');
  expect(() => read(...START, 0, ...FRAME, ...SCAN)).toThrow('damaged');
});
