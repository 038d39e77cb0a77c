import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectAccessible, launch, visit } from './browser';
import { film, greys, radiograph } from './files';
import {
  chooseFile,
  expectGraded,
  expectSettled,
  filmCanvas,
  heading,
  heat,
  heatOpacity,
  heatStatistics,
  openMap,
  rows,
  viewport,
  worklist,
} from './steps';

/** What the browser thinks of looking at a canvas again and again, as these tests do. */
const READBACK = /willReadFrequently/;

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

/** The grey at the middle of a canvas. */
async function greyAtCentre(page: Page): Promise<number> {
  return filmCanvas(page).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const [x, y] = [Math.floor(canvas.width / 2), Math.floor(canvas.height / 2)];
    return canvas.getContext('2d')?.getImageData(x, y, 1, 1).data[0] ?? -1;
  });
}

/** Everything in a canvas as one number, to see whether it changed. */
async function fingerprint(page: Page, which: 'film' | 'heat'): Promise<number> {
  // The picture follows its state one frame later.
  await page.evaluate(
    () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))),
  );
  return (which === 'film' ? filmCanvas(page) : heat(page)).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    let sum = 7;
    for (let at = 0; at < (data?.length ?? 0); at += 1) {
      sum = (sum * 31 + (data?.[at] ?? 0) * (at % 977)) % 1e9;
    }
    return sum;
  });
}

describe('pixels', () => {
  it('are the service’s own, in every encoding', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: READBACK });
    const differing: Record<string, string> = {};
    for (const [name, expected] of Object.entries(greys())) {
      await chooseFile(page, film(name));
      await page.getByRole('application', { name: `Viewport of ${name}` }).waitFor();
      await filmCanvas(page).waitFor();
      // So near that a pixel fills the middle.
      await viewport(page).focus();
      for (let step = 0; step < 16; step += 1) {
        await page.keyboard.press('+');
      }
      await fingerprint(page, 'film');
      const shown = await greyAtCentre(page);
      if (Math.abs(shown - expected) > 1.01) {
        differing[name] = `${shown} instead of ${expected}`;
      }
    }
    expect(differing).toEqual({});
    await leave();
  });

  it('that no browser can read are replaced by the service’s picture, and said so', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: READBACK });
    await chooseFile(page, film('extended.dcm'));
    await page.getByText('This page cannot show the file itself').waitFor();
    await page.getByRole('img', { name: 'Radiograph with its heatmap: extended.dcm' }).waitFor();
    expect(await heading(page).innerText()).toMatch(/Mild|Moderate|Severe/);
    // It shows one map, whichever grade might be asked for.
    await openMap(page);
    await page.getByText('Probability of opacity').waitFor();
    expect(await page.getByRole('radio', { name: 'Brixia total' }).count()).toBe(0);
    await expectAccessible(page);
    await leave();
  });
});

describe('DICOM', () => {
  it('shows its header, and who the patient is only when asked', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: READBACK });
    await chooseFile(page, film('visit-1.dcm'));
    await expectGraded(page, 'visit-1.dcm');
    await page.getByText(/^\d+ mm at the detector$/).waitFor();
    await page.getByText('DICOM header').click();
    expect(await page.content()).not.toMatch(/Jane|4711/);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Show who the patient is' }).click();
    await page.getByText('Doe, Jane').waitFor();
    await page.getByText('S-4711').waitFor();
    await page.getByRole('button', { name: 'Hide who the patient is' }).click();
    expect(await page.content()).not.toMatch(/Jane|4711/);
    await leave();
  });

  it('orders the films of one patient and shows severity over time', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: READBACK });
    await chooseFile(page, film('visit-2.dcm'), film('visit-1.dcm'));
    await expectSettled(page, 2);
    const series = page.getByRole('region', { name: 'Films of one patient' });
    await series.getByRole('listitem').nth(1).waitFor();
    expect(await series.getByRole('time').allInnerTexts()).toEqual(['1 Mar 2020', '9 Mar 2020']);
    expect(await series.locator('circle').count()).toBe(2);
    // All columns are there where the table has the film's room, too.
    await worklist(page).getByRole('button', { name: 'Wide' }).click();
    await worklist(page).getByRole('button', { name: 'Date', exact: true }).click();
    expect((await rows(page))[0]).toContain('1 Mar 2020');
    expect((await rows(page)).map((row) => row.split(/\s/)[0])).toEqual([
      'visit-1.dcm',
      'visit-2.dcm',
    ]);
    expect(await page.content()).not.toMatch(/Jane|4711/);
    await leave();
  });
});

describe('the view', () => {
  it('moves, turns and mirrors film and heat together, by keyboard', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: READBACK });
    await chooseFile(page, radiograph());
    await expectGraded(page, 'patient.png');
    // Wherever the focus is.
    const before = [await fingerprint(page, 'film'), await fingerprint(page, 'heat')];
    for (const key of ['+', 'ArrowLeft', 'ArrowUp', 'r', 'h']) {
      const [filmBefore, heatBefore] = [
        await fingerprint(page, 'film'),
        await fingerprint(page, 'heat'),
      ];
      await page.keyboard.press(key);
      expect(await fingerprint(page, 'film'), key).not.toBe(filmBefore);
      expect(await fingerprint(page, 'heat'), key).not.toBe(heatBefore);
    }
    // The window and the polarity are the film's alone.
    for (const key of ['i', '4', 'Shift+ArrowRight']) {
      const [filmBefore, heatBefore] = [
        await fingerprint(page, 'film'),
        await fingerprint(page, 'heat'),
      ];
      await page.keyboard.press(key);
      expect(await fingerprint(page, 'film'), key).not.toBe(filmBefore);
      expect(await fingerprint(page, 'heat'), key).toBe(heatBefore);
    }
    await page.keyboard.press('z');
    await page.getByRole('img', { name: /^Brixia zones with their scores/ }).waitFor();
    await expectAccessible(page);
    await page.getByText('Mirrored · Turned by').waitFor();
    expect(
      await page
        .getByRole('button', { name: 'Mirror left and right' })
        .getAttribute('aria-pressed'),
    ).toBe('true');
    await page.keyboard.press('z');
    await page.keyboard.press('Backspace');
    expect(await page.getByText('Mirrored').count()).toBe(0);
    expect([await fingerprint(page, 'film'), await fingerprint(page, 'heat')]).toEqual(before);
    await leave();
  });

  it('follows wheel and drag, and reads out the pixel under the pointer', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: READBACK });
    await chooseFile(page, film('implicit.dcm'));
    await expectGraded(page, 'implicit.dcm');
    const box = await viewport(page).boundingBox();
    // Whole pixels: the browser tells a wheel's place no finer.
    const x = Math.round((box?.x ?? 0) + (box?.width ?? 0) / 2);
    const y = Math.round((box?.y ?? 0) + (box?.height ?? 0) / 3);
    await page.mouse.move(x, y);
    const readout = page.getByText(/^x \d+, y \d+: [\d,]+$/);
    await readout.waitFor();
    const [before, read] = [await fingerprint(page, 'film'), await readout.innerText()];
    await page.mouse.wheel(0, -300);
    expect(await fingerprint(page, 'film')).not.toBe(before);
    // What is under the pointer stays under it.
    expect(await readout.innerText()).toBe(read);
    await page.mouse.down();
    await page.mouse.move(x + 80, y + 40, { steps: 4 });
    await page.mouse.up();
    expect(await page.getByLabel('Window preset').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Drag moves the film' }).click();
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y, { steps: 4 });
    expect(await readout.innerText()).toBe(read);
    await page.mouse.up();
    await page.getByRole('button', { name: 'Reset the view' }).click();
    expect(await page.getByLabel('Window preset').inputValue()).toBe('stored');
    expect(await fingerprint(page, 'film')).toBe(before);
    await leave();
  });

  it('hides heat below the threshold, changes its colours and saves what is shown', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: READBACK });
    await chooseFile(page, radiograph());
    await expectGraded(page, 'patient.png');
    await openMap(page);
    const inferno = await fingerprint(page, 'heat');
    await page.getByLabel('Colours').selectOption('viridis');
    await expect.poll(() => fingerprint(page, 'heat')).not.toBe(inferno);
    const viridis = await fingerprint(page, 'heat');
    await page.getByRole('slider', { name: 'Hide below' }).fill('60');
    await expect.poll(() => fingerprint(page, 'heat')).not.toBe(viridis);
    // As lines of equal heat, most of the film is left to be seen.
    const filled = (await heatStatistics(page)).share;
    await page.getByRole('radio', { name: 'Contours' }).check();
    await expect.poll(async () => (await heatStatistics(page)).share).toBeLessThan(filled * 0.7);
    expect((await heatStatistics(page)).share).toBeGreaterThan(0);
    // Out of the way for as long as the key is held.
    await viewport(page).focus();
    await page.keyboard.down(' ');
    await expect.poll(() => heatOpacity(page)).toBe(0);
    await page.keyboard.up(' ');
    await expect.poll(() => heatOpacity(page)).toBeGreaterThan(0);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the picture as shown' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('patient.view.png');
    const png = await readFile(await file.path());
    const source = radiograph().buffer;
    // At least as many pixels as the film has and, beneath the picture, its words.
    expect(png.readUInt32BE(16)).toBeGreaterThanOrEqual(source.readUInt32BE(16));
    const [shape, own] = [png, source].map((of) => of.readUInt32BE(20) / of.readUInt32BE(16));
    expect(shape).toBeGreaterThan((own ?? 0) + 0.05);
    await leave();
  });
});
