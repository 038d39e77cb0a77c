import { beforeEach, expect, it, vi } from 'vitest';
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
  readonly y: number;
  readonly clip: Box | null;
}

class Recorder {
  readonly drawn: Drawn[] = [];
  private path: { rect: Box | null; lowest: number } = { rect: null, lowest: 0 };
  private clipped: Box | null = null;
  private readonly kept: (Box | null)[] = [];

  save = () => this.kept.push(this.clipped);
  restore = () => {
    this.clipped = this.kept.pop() ?? null;
  };
  beginPath = () => {
    this.path = { rect: null, lowest: 0 };
  };
  rect = (x: number, y: number, width: number, height: number) => {
    this.path.rect = { width: x + width, height: y + height };
  };
  clip = () => {
    this.clipped = this.path.rect;
  };
  lineTo = (_: number, y: number) => {
    this.path.lowest = Math.max(this.path.lowest, y);
  };
  stroke = () => this.drawn.push({ text: 'outline', y: this.path.lowest, clip: this.clipped });
  fillText = (text: string, _: number, y: number) =>
    this.drawn.push({ text, y, clip: this.clipped });
  strokeText = this.fillText;
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

it('ends the zones where the picture ends, above the words beneath it', async () => {
  const level = { width: 400, height: 400, codes: new Uint8Array(1) };
  const shown = {
    film: { levels: [level] } as unknown as Film,
    tone: {} as Shown['tone'],
    // So near that zones lie below the part in sight.
    view: { ...FITTED, zoom: 2, centre: { x: 0.5, y: 0.3 } },
    viewport: { width: 400, height: 400 },
    sided: true,
    heat: null,
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
