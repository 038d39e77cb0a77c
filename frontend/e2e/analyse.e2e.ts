import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, visit } from './browser';
import { radiograph } from './files';
import { type Server, startServer } from './server';
import {
  chooseFile,
  expectGraded,
  hand,
  heading,
  heatOpacity,
  heatStatistics,
  samples,
} from './steps';

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

it('grades a sample and lays its heatmap over it', async () => {
  const { page, leave } = await visit(browser, server.url);
  expect(await samples(page).count()).toBe(8);
  await samples(page).first().click();
  await expectGraded(page, 'fff13f3a.png');
  const { share, red, blue } = await heatStatistics(page);
  expect(share).toBeGreaterThan(0.01);
  expect(red).toBeGreaterThan(blue);
  await leave();
});

it('takes a file by the dialogue, by a drop and from the clipboard', async () => {
  const { page, leave } = await visit(browser, server.url);
  await chooseFile(page, radiograph('chosen.png', 1));
  await expectGraded(page, 'chosen.png');
  await hand(page, 'drop', radiograph('dropped.png', 2));
  await expectGraded(page, 'dropped.png');
  await hand(page, 'paste', radiograph('image.png', 3));
  await expectGraded(page, 'Pasted image');
  await leave();
});

it('explains each grade, asking once for each', async () => {
  const { page, leave } = await visit(browser, server.url);
  const asked: (string | null)[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === '/predict') {
      asked.push(searchParams.get('target'));
    }
  });
  await samples(page).nth(4).click();
  await expectGraded(page, '4fed5061.png');
  for (const grade of ['Mild', 'Moderate', 'Severe', 'Mild', 'Predicted']) {
    await page.getByRole('radio', { name: grade }).check();
    const shown = grade === 'Predicted' ? await predicted() : grade.toLowerCase();
    await page.getByText(new RegExp(`^Grad-CAM for ${shown}`)).waitFor();
    await page.locator('canvas[data-drawn=true]').waitFor();
  }
  expect(asked[0]).toBe('predicted');
  expect(asked).toHaveLength(3);
  await leave();

  async function predicted() {
    return (await heading(page).innerText()).split(/\s+/).at(-1)?.toLowerCase();
  }
});

it('shows a rotated photograph upright, in the shape that the service saw', async () => {
  const { page, leave } = await visit(browser, server.url, {
    expectedErrors: /Failed to load resource/,
  });
  await chooseFile(page, await rotatedJpeg());
  // A bright box is no radiograph: its shape is what matters here.
  await page.getByRole('button', { name: 'Show the prediction all the same' }).click();
  await expectGraded(page, 'rotated.jpg');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the picture as shown' }).click();
  const png = await readFile(await (await download).path());
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([200, 300]);
  await page.getByText('200 × 300 JPEG').waitFor();
  await leave();

  /** 300 x 200 pixels as stored, with an EXIF tag that says: turn by 90 degrees. */
  async function rotatedJpeg() {
    const dataUrl = await page.evaluate(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 });
      const context = canvas.getContext('2d');
      if (context) {
        context.fillRect(0, 0, 300, 200);
        context.fillStyle = 'white';
        context.fillRect(40, 40, 120, 80);
      }
      return canvas.toDataURL('image/jpeg');
    });
    const jpeg = Buffer.from(dataUrl.split(',')[1] ?? '', 'base64');
    const tiffHeader = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1];
    const orientation = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    const body = Buffer.concat([
      Buffer.from('Exif\0\0', 'latin1'),
      Buffer.from([...tiffHeader, ...orientation]),
    ]);
    const segment = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
    const buffer = Buffer.concat([jpeg.subarray(0, 2), segment, body, jpeg.subarray(2)]);
    return { name: 'rotated.jpg', mimeType: 'image/jpeg', buffer };
  }
});

it('works by keyboard alone, with the focus always in sight', async () => {
  const { page, leave } = await visit(browser, server.url);
  // Listening from the start: the browser needs a moment before it hands dialogues over.
  page.on('filechooser', (dialogue) => dialogue.setFiles(radiograph()));
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const marked = element.matches('[type=radio]') ? element.nextElementSibling : element;
      const outline = marked ? getComputedStyle(marked).outlineStyle : 'none';
      return { name: element.textContent || element.getAttribute('value'), outline };
    });
  await page.keyboard.press('Tab');
  expect(await focused()).toEqual({ name: 'Skip to the radiograph', outline: 'solid' });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'main');
  await page.keyboard.press('Tab');
  expect(await focused()).toEqual({ name: 'Choose files', outline: 'solid' });
  await page.keyboard.press('Enter');
  await expectGraded(page, 'patient.png');
  expect(await heading(page).evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Tab');
  expect(await focused()).toEqual({ name: 'Open another', outline: 'solid' });
  for (let stops = 0; (await focused()).name !== 'predicted' && stops < 30; stops += 1) {
    await page.keyboard.press('Tab');
    expect((await focused()).outline).toBe('solid');
  }
  expect((await focused()).name).toBe('predicted');
  await page.keyboard.press('ArrowRight');
  await page.getByText(/^Grad-CAM for mild/).waitFor();
  await page.keyboard.press('Tab');
  expect(await focused()).toMatchObject({ outline: 'solid' });
  const before = await heatOpacity(page);
  await page.keyboard.press('ArrowLeft');
  expect(await heatOpacity(page)).toBeCloseTo(before - 0.05);
  await page.keyboard.press('Home');
  expect(await heatOpacity(page)).toBe(0);
  expect(await page.getByRole('slider').first().getAttribute('aria-valuetext')).toBe('0%');
  await leave();
});

it('documents its interface without another host', async () => {
  const { page, leave } = await visit(browser, `${server.url}/docs`);
  await page.locator('.opblock-summary-path', { hasText: '/predict' }).waitFor();
  await leave();
});
