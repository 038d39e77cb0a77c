import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, visit } from './browser';
import { film, radiograph, samplesByName } from './files';
import {
  chooseFile,
  expectGraded,
  expectMapOf,
  hand,
  heading,
  heatOpacity,
  heatStatistics,
  openMap,
  samples,
} from './steps';

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

it('grades a sample and lays its heatmap over it', async () => {
  const { page, leave } = await visit(browser, url);
  expect(await samples(page).count()).toBe(8);
  // One with opacities: over a clear film the map stays dark.
  await samples(page).nth(4).click();
  await expectGraded(page, '4fed5061.png');
  const { share, red, blue } = await heatStatistics(page);
  expect(share).toBeGreaterThan(0.01);
  expect(red).toBeGreaterThan(blue);
  await leave();
});

it('takes a file by the dialogue, by a drop and from the clipboard', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, radiograph('chosen.png', 1));
  await expectGraded(page, 'chosen.png');
  await hand(page, 'drop', radiograph('dropped.png', 2));
  await expectGraded(page, 'dropped.png');
  await hand(page, 'paste', radiograph('image.png', 3));
  await expectGraded(page, /^Pasted image \d\d-\d\d-\d\d$/);
  await leave();
});

it('explains each grade, asking once for each', async () => {
  const { page, leave } = await visit(browser, url);
  const asked: (string | null)[] = [];
  page.on('request', (request) => {
    const { pathname, searchParams } = new URL(request.url());
    if (pathname === '/predict') {
      asked.push(searchParams.get('target'));
    }
  });
  await samples(page).nth(4).click();
  await expectGraded(page, '4fed5061.png');
  await openMap(page, 'Grad-CAM');
  for (const grade of ['Mild', 'Moderate', 'Severe', 'Mild']) {
    await page.getByRole('radio', { name: grade }).check();
    await expectMapOf(page, grade);
  }
  await page.getByRole('radio', { name: 'Predicted' }).check();
  expect(asked[0]).toBe('burden');
  expect(new Set(asked).size).toBe(asked.length);
  await leave();
});

it('shows a film upright that only its EXIF tag turns, in the shape that the service saw', async () => {
  const { page, leave } = await visit(browser, url);
  // The gate rejects films that lie on their side.
  await chooseFile(page, film('turned.jpg'));
  await expectGraded(page, 'turned.jpg');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the picture as shown' }).click();
  const png = await readFile(await (await download).path());
  const upright = radiograph('upright.png', samplesByName.indexOf('fff13f3a.png')).buffer;
  const [width, height] = [upright.readUInt32BE(16), upright.readUInt32BE(20)];
  expect(width).not.toBe(height);
  // As many pixels as the film has; its words stand beneath.
  expect(Math.abs(png.readUInt32BE(16) - width)).toBeLessThanOrEqual(2);
  expect(png.readUInt32BE(20)).toBeGreaterThan(height);
  await page.getByText(`${width} × ${height} JPEG`).filter({ visible: true }).waitFor();
  await leave();
});

it('works by keyboard alone, with the focus always in sight', async () => {
  const { page, leave } = await visit(browser, url);
  // Listening from the start: the browser needs a moment before it hands dialogues over.
  page.on('filechooser', (dialogue) => dialogue.setFiles(radiograph()));
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const marked = element.matches('[type=radio]') ? element.nextElementSibling : element;
      const outline = marked ? getComputedStyle(marked).outlineStyle : 'none';
      return { name: element.textContent || element.getAttribute('value'), outline };
    });
  const onSlider = () =>
    page.evaluate(() => document.activeElement?.matches('[type=range]') ?? false);
  await page.keyboard.press('Tab');
  expect(await focused()).toEqual({ name: 'Skip to the radiograph', outline: 'solid' });
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'main');
  await page.keyboard.press('Tab');
  expect(await focused()).toEqual({ name: 'Choose files', outline: 'solid' });
  await page.keyboard.press('Enter');
  await expectGraded(page, 'patient.png');
  expect(await heading(page).evaluate((element) => element === document.activeElement)).toBe(true);
  // The folded controls of the map are among what Tab leads to, and open by Enter.
  for (let stops = 0; !(await focused()).name?.startsWith('Map') && stops < 60; stops += 1) {
    await page.keyboard.press('Tab');
  }
  expect(await focused()).toMatchObject({ outline: 'solid' });
  expect((await focused()).name).toMatch(/^Map/);
  await page.keyboard.press('Enter');
  for (let stops = 0; !(await onSlider()) && stops < 10; stops += 1) {
    await page.keyboard.press('Tab');
    expect((await focused()).outline).toBe('solid');
  }
  const before = await heatOpacity(page);
  await page.keyboard.press('ArrowLeft');
  expect(await heatOpacity(page)).toBeCloseTo(before - 0.05);
  await page.keyboard.press('Home');
  expect(await heatOpacity(page)).toBe(0);
  expect(await page.getByRole('slider').first().getAttribute('aria-valuetext')).toBe('0%');
  await leave();
});

it('documents its interface without another host', async () => {
  const { page, leave } = await visit(browser, `${url}/docs`);
  await page.locator('.opblock-summary-path', { hasText: '/predict' }).first().waitFor();
  await leave();
});
