import { beforeEach, expect, it, vi } from 'vitest';
import { en } from '../i18n/catalogue';
import { prediction } from '../lib/fixtures';
import type { Film } from './decode/film';
import { type Shown, saveImage } from './saveImage';
import { FITTED } from './view';

// jsdom draws nothing: what is told to a canvas is kept instead, with what it is clipped to.
vi.mock('./drawFilm', () => ({ drawFilm: () => undefined }));
vi.mock('./windowing', () => ({ greyPixels: () => new Uint32Array(1) }));
vi.mock('../lib/download', () => ({ saveBlob: () => undefined }));

interface Box {
  readonly width: number;
  readonly height: number;
}

interface Drawn {
  readonly text: string;
  /** Of an outline, its first corner's and its last one's. */
  readonly x: readonly number[];
  readonly y: number;
  readonly clip: Box | null;
}

const NO_PATH = { rect: null, lowest: 0, x: [] as number[] };

class Recorder {
  readonly drawn: Drawn[] = [];
  private path: { rect: Box | null; lowest: number; x: number[] } = { ...NO_PATH };
  private clipped: Box | null = null;
  private readonly kept: (Box | null)[] = [];

  save = () => this.kept.push(this.clipped);
  restore = () => {
    this.clipped = this.kept.pop() ?? null;
  };
  beginPath = () => {
    this.path = { ...NO_PATH, x: [] };
  };
  rect = (x: number, y: number, width: number, height: number) => {
    this.path.rect = { width: x + width, height: y + height };
  };
  clip = () => {
    this.clipped = this.path.rect;
  };
  lineTo = (x: number, y: number) => {
    this.path.x.push(x);
    this.path.lowest = Math.max(this.path.lowest, y);
  };
  stroke = () => {
    const { x, lowest: y } = this.path;
    this.drawn.push({ text: 'outline', x: [x.at(0) ?? 0, x.at(-1) ?? 0], y, clip: this.clipped });
  };
  fillText = (text: string, x: number, y: number) =>
    this.drawn.push({ text, x: [x], y, clip: this.clipped });
  strokeText = this.fillText;
  measureText = () => ({ width: 120 });
  closePath = () => undefined;
  setLineDash = () => undefined;
  fillRect = () => undefined;
  drawImage = () => undefined;
}

let recorder: Recorder;

beforeEach(() => {
  recorder = new Recorder();
  HTMLCanvasElement.prototype.getContext = (() =>
    recorder) as unknown as HTMLCanvasElement['getContext'];
  HTMLCanvasElement.prototype.toBlob = (done) => done(new Blob());
});

const level = { width: 400, height: 400, codes: new Uint8Array(1) };
const SHOWN: Shown = {
  film: { levels: [level], spacing: null } as unknown as Film,
  tone: {} as Shown['tone'],
  view: FITTED,
  viewport: { width: 400, height: 400 },
  sided: false,
  heat: null,
  zones: null,
  lines: [],
  scaleBar: en.viewer.scaleBar,
  caption: [],
};

it('ends the zones where the picture ends, above the words beneath it', async () => {
  const shown = {
    ...SHOWN,
    // So near that zones lie below the part in sight.
    view: { ...FITTED, zoom: 2, centre: { x: 0.5, y: 0.3 } },
    sided: true,
    zones: { score: prediction('mild').brixia, outlines: null },
    caption: ['Severe, 80%', 'Not a diagnosis.'],
  } satisfies Shown;
  await saveImage(shown, 'film.png');
  const { drawn } = recorder;
  const words = drawn.filter(({ text }) => shown.caption.includes(text));
  const upon = drawn.filter(({ text }) => !shown.caption.includes(text));
  // Without a clip these would lie on the words.
  expect(upon.filter(({ text, y }) => text === 'outline' && y > 400)).not.toEqual([]);
  expect(new Set(upon.map(({ clip }) => JSON.stringify(clip)))).toEqual(
    new Set([JSON.stringify({ width: 400, height: 400 })]),
  );
  // The words lie below that and are not cut off with it.
  expect(words.map(({ text }) => text)).toEqual(shown.caption);
  expect(words.every(({ y, clip }) => y > 400 && clip === null)).toBe(true);
});

it('draws what was measured and the scale, as the screen shows them, with their words', async () => {
  const spacing = { row: 0.5, column: 0.5, plane: 'detector' as const };
  const line = { from: { x: 100, y: 200 }, to: { x: 300, y: 200 } };
  await saveImage(
    {
      ...SHOWN,
      film: { levels: [level], spacing } as unknown as Film,
      // Three times as wide as the film, which is all of the picture.
      viewport: { width: 600, height: 200 },
      lines: [
        { words: '100 mm at the detector', line },
        { words: 'from beside it', line: { from: { x: -100, y: 9 }, to: { x: 60, y: 9 } } },
      ],
    },
    'film.png',
  );
  // 200 pixels of the screen and, as the film has them, 400 of the picture.
  const { drawn } = recorder;
  const outlines = drawn.filter(({ text }) => text === 'outline').map(({ x }) => x);
  expect(outlines[0]).toEqual([100, 300]);
  expect(drawn.find(({ text }) => text === '100 mm at the detector')?.x).toEqual([200]);
  expect(drawn.find(({ text }) => text === 'from beside it')?.x).toEqual([60]);
  // No longer than the film is wide: 100 mm are half of it.
  expect(outlines.at(-1)).toEqual([100, 300]);
  expect(drawn.some(({ text }) => text === en.viewer.scaleBar(100, 'detector'))).toBe(true);
});

it('fails where the browser makes no picture of so many pixels', async () => {
  HTMLCanvasElement.prototype.toBlob = (done) => done(null);
  await expect(saveImage(SHOWN, 'film.png')).rejects.toThrow();
});
