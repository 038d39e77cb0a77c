import { PDFDocument } from '@cantoo/pdf-lib';
import { expect, it, vi } from 'vitest';
import { Lettering } from './lettering';

const PNG = Uint8Array.from(
  atob(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  ),
  (letter) => letter.charCodeAt(0),
);

it('measures on one canvas, and draws a line that comes again once for each look', async () => {
  const canvases = vi.spyOn(window.document, 'createElement');
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement) {
    const measureText = (text: string) => ({ width: 40 * text.length });
    return { canvas: this, measureText, fillText: () => undefined };
  } as unknown as typeof HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.toBlob = (done) => done(new Blob([PNG]));
  const document = await PDFDocument.create();
  const lettering = await Lettering.of(document);
  const embedded = vi.spyOn(document, 'embedPng');
  const page = document.addPage();
  const style = { size: 10 };
  canvases.mockClear();
  const lines = lettering.wrap('估计的严重程度'.repeat(40), style, 100, 'zh-CN');
  expect(lines.join('')).toBe('估计的严重程度'.repeat(40));
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(10);
  expect(canvases).toHaveBeenCalledTimes(1);
  for (let time = 0; time < 5; time += 1) {
    await lettering.write(page, '研究软件', 10, 700 - 20 * time, style);
    await lettering.write(page, '研究软件', 90, 700 - 20 * time, { ...style, bold: true });
  }
  expect(canvases).toHaveBeenCalledTimes(3);
  expect(embedded).toHaveBeenCalledTimes(2);
});
