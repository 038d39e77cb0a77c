import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible, launch, visit } from './browser';
import { film } from './files';
import { chooseFile, expectSettled, openMap } from './steps';

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

/** Draws the curtain by keys and by mouse; what it covers of the newer film cannot be pressed. */
async function comparesByCurtain(page: Page): Promise<void> {
  await page.keyboard.press('d');
  const curtain = page.getByRole('separator', { name: 'Place of the curtain' });
  await curtain.waitFor();
  await expectAccessible(page);
  const [older, newer] = await Promise.all(
    [0, 1].map((at) => page.getByRole('application').nth(at).boundingBox()),
  );
  expect(newer).toEqual(older);
  const film = older ?? { x: 0, y: 0, width: 0, height: 0 };
  const y = film.y + film.height / 4;
  const filmAt = (share: number) =>
    page.evaluate(
      ([x, top]) =>
        document
          .elementFromPoint(x ?? 0, top ?? 0)
          ?.closest('[role=application]')
          ?.getAttribute('aria-label') ?? '',
      [film.x + share * film.width, y],
    );
  expect(await filmAt(0.3)).toContain('visit-1.dcm');
  expect(await filmAt(0.7)).toContain('visit-2.dcm');
  const zoomed = await page.getByText(/mm at the detector/).allInnerTexts();
  await curtain.focus();
  for (let step = 0; step < 15; step += 1) {
    await page.keyboard.press('ArrowRight');
  }
  expect(await curtain.getAttribute('aria-valuenow')).toBe('80');
  // The key was the curtain's, and moved no film.
  expect(await page.getByText(/mm at the detector/).allInnerTexts()).toEqual(zoomed);
  expect(await filmAt(0.7)).toContain('visit-1.dcm');
  await page.mouse.move(film.x + 0.8 * film.width, y);
  await page.mouse.down();
  await page.mouse.move(film.x + 0.25 * film.width, y, { steps: 4 });
  await page.mouse.up();
  expect(Number(await curtain.getAttribute('aria-valuenow'))).toBeCloseTo(25, 0);
  expect(await filmAt(0.3)).toContain('visit-2.dcm');
  // For whoever cannot drag.
  await page.getByRole('button', { name: 'Curtain to the right' }).click();
  expect(Number(await curtain.getAttribute('aria-valuenow'))).toBeCloseTo(30, 0);
  await page.keyboard.press('d');
  await curtain.waitFor({ state: 'detached' });
  // The button that had the focus is gone.
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Curtain');
}

it('compares two films with a linked view', async () => {
  const { page, leave } = await visit(browser, url, {
    viewport: { width: 1440, height: 900 },
  });
  await chooseFile(page, film('visit-2.dcm'), film('visit-1.dcm'));
  await expectSettled(page, 2);
  await page.getByRole('button', { name: 'Compare with visit-1.dcm' }).click();
  const canvases = page.locator('canvas[data-shown=true]');
  await expect.poll(() => canvases.count()).toBe(2);
  await expect.poll(() => page.locator('canvas[data-drawn=true]').count()).toBe(2);
  // The older film stands left, whatever was opened first.
  expect(await page.getByRole('application').first().getAttribute('aria-label')).toContain(
    'visit-1.dcm',
  );
  await expectAccessible(page);
  const scaleBars = page.getByText(/mm at the detector/);
  const scales = await scaleBars.allInnerTexts();
  await page.getByRole('application').first().focus();
  for (let step = 0; step < 6; step += 1) {
    await page.keyboard.press('+');
  }
  const [left, right] = await scaleBars.allInnerTexts();
  expect(left).not.toBe(scales[0]);
  expect(right).not.toBe(scales[1]);
  await page.getByRole('button', { name: 'Linked' }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('application').first().focus();
  await page.keyboard.press('0');
  const [fitted, untouched] = await scaleBars.allInnerTexts();
  expect(fitted).toBe(scales[0]);
  expect(untouched).toBe(right);
  await page.getByRole('button', { name: 'Linked' }).click();
  await comparesByCurtain(page);
  await openMap(page, 'Grad-CAM');
  // Both are asked the same: maps of different grades would not compare.
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.getByRole('radio', { name: 'Mild' }).check();
  const ofMild = () => asked.filter((address) => address.includes('target=mild')).length;
  await expect.poll(ofMild).toBe(2);
  await page.getByRole('button', { name: 'End the comparison' }).click();
  await expect.poll(() => page.getByRole('application').count()).toBe(1);
  await leave();
});
