import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Size } from './view';

/**
 * What a sheet of A4 or Letter leaves to a film, in CSS pixels (the styles of AnalysePage and
 * Compare). Where it is less or more, all that lies on the film is fitted together.
 */
export const ON_PAPER = {
  alone: { width: 672, height: 356 },
  beside: { width: 336, height: 300 },
} as const satisfies Record<string, Size>;

/** Pixels of paper for one of CSS: about 300 an inch. */
export const PAPER_RATIO = 3;

/**
 * Draws onto a canvas that nothing was drawn on, as a picture: browsers print what is drawn while
 * they print stroke by stroke, and what was cleared then is white and covers what lies beneath.
 */
export function drawForPaper(
  canvas: HTMLCanvasElement,
  draw: (drawn: HTMLCanvasElement) => void,
): void {
  const { width, height } = canvas;
  const drawn = Object.assign(document.createElement('canvas'), { width, height });
  draw(drawn);
  const picture = new OffscreenCanvas(width, height);
  picture.getContext('2d')?.drawImage(drawn, 0, 0);
  canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(picture.transferToImageBitmap());
}

/** Whether the page is being printed: what is not drawn at once is not on the sheet. */
export function usePrinting(): boolean {
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const turn = (on: boolean) => () => flushSync(() => setPrinting(on));
    window.addEventListener('beforeprint', turn(true), { signal });
    window.addEventListener('afterprint', turn(false), { signal });
    return () => listening.abort();
  }, []);
  return printing;
}
