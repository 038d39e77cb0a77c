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

const bytesOf = async (stream: number[], photometric: string) => {
  const blob = jpegForBrowser(Uint8Array.from(stream), photometric);
  return [...new Uint8Array(await blob.arrayBuffer())];
};
const sent = (...stream: number[]) => bytesOf(stream, 'MONOCHROME2');

it('keeps from the browser what may turn the picture', async () => {
  const plain = [...START, ...FRAME, ...SCAN];
  expect(await sent(...START, ...JFIF, ...EXIF, ...FRAME, ...SCAN)).toEqual(plain);
  // Fill bytes may stand before any marker.
  expect(await sent(...START, ...JFIF, 0xff, 0xff, ...EXIF, ...FRAME, ...SCAN)).toEqual(plain);
  expect(await sent(...plain)).toEqual(plain);
});

it('reads no stream that it cannot follow', () => {
  const read = (...stream: number[]) => jpegForBrowser(Uint8Array.from(stream), 'RGB');
  expect(() => read(...START, ...JFIF)).toThrow('damaged');
  expect(() => read(...START, 0, ...FRAME, ...SCAN)).toThrow('damaged');
});

const adobe = (transform: number) => segment(0xee, ...text('Adobe'), 0, 100, 0, 0, 0, 0, transform);

it.each([
  ['RGB', [], '\x01\x02\x03', 0],
  ['YBR_FULL_422', [], '\x01\x02\x03', 1],
  ['YBR_FULL_422', [], 'RGB', 0],
  ['RGB', JFIF, '\x01\x02\x03', 1],
  ['RGB', adobe(1), '\x01\x02\x03', 1],
  ['YBR_FULL', adobe(0), '\x01\x02\x03', 0],
  ['YBR_FULL', [...adobe(0), ...JFIF], '\x01\x02\x03', 0],
  ['RGB', JFIF, 'rgb', 0],
])(
  'tells the browser the colours as the service knows them: %s, %j, %j',
  async (photometric, tags, ids, transform) => {
    const components = text(ids).flatMap((id) => [id, 0x11, 0]);
    const frame = segment(0xc0, 8, 0, 1, 0, 2, 3, ...components);
    expect(await bytesOf([...START, ...tags, ...frame, ...SCAN], photometric)).toEqual([
      ...START,
      ...adobe(transform),
      ...frame,
      ...SCAN,
    ]);
  },
);
