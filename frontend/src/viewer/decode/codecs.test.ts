import { expect, it, vi } from 'vitest';
import { decodeJpegLs } from './codecs';

const mode = vi.hoisted(() => ({ value: 0 }));

vi.mock('@cornerstonejs/codec-charls/decodewasm?url', () => ({ default: '' }));
vi.mock('@cornerstonejs/codec-openjpeg/decodewasm?url', () => ({ default: '' }));
vi.mock('@cornerstonejs/codec-openjpeg/decodewasmjs', () => ({ default: null }));
vi.mock('@cornerstonejs/codec-charls/decodewasmjs', () => {
  class JpegLSDecoder {
    getEncodedBuffer = (size: number) => new Uint8Array(size);
    decode = () => undefined;
    getDecodedBuffer = () => Uint8Array.of(1, 2);
    getFrameInfo = () => ({ bitsPerSample: 8 });
    getInterleaveMode = () => mode.value;
    delete = () => undefined;
  }
  return { default: () => Promise.resolve({ JpegLSDecoder }) };
});

it.each([
  [0, true],
  [1, false],
  [2, false],
])('tells planes of JPEG-LS by its mode of interleaving: %i', async (value, planar) => {
  mode.value = value;
  expect(await decodeJpegLs(Uint8Array.of(0))).toMatchObject({ planar, precision: 8 });
});
