import { expect, it, vi } from 'vitest';
import { en } from '../i18n/catalogue';
import type { Plane } from '../lib/plane';
import { decodeFilm } from './decode/decodeFilm';
import type { Film } from './decode/film';
import { plainPicture } from './plainPicture';

vi.mock('./decode/decodeFilm');
vi.mock('./drawFilm');
vi.mock('./useTone');
vi.mock('./windowing');

it.each([
  ['patient', '50 mm'],
  ['detector', '50 mm at the detector'],
  ['unknown', '50 mm, calibration unknown'],
] as const)('says of its scale where it is measured: %s', async (plane: Plane, told) => {
  const fillText = vi.fn();
  const context = { fillText, strokeText: vi.fn(), strokeRect: vi.fn(), fillRect: vi.fn() };
  const { prototype } = HTMLCanvasElement;
  vi.spyOn(prototype, 'getContext').mockReturnValue(context as unknown as null);
  vi.spyOn(prototype, 'toDataURL').mockReturnValue('data:,');
  const level = { width: 800, height: 800, codes: new Uint8Array() };
  const film = { levels: [level], spacing: { row: 0.4, column: 0.4, plane } };
  vi.mocked(decodeFilm).mockResolvedValue(film as unknown as Film);
  expect(await plainPicture({ source: new File([], 'one.dcm') }, en.viewer.scaleBar)).toBe(
    'data:,',
  );
  expect(fillText.mock.calls.map(([words]) => words)).toEqual([told]);
});
