import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, launch, visit } from './browser';
import { film, radiograph, textNamedPng } from './files';
import { chooseFile, expectGraded, expectSettled, samples, worklist } from './steps';

const PICTURES = join(import.meta.dirname, '../../artifacts/screenshots');
const REFUSED = /Failed to load resource/;
const SIZES = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1280, height: 720 },
  { width: 1920, height: 1080 },
];

const WORKLIST_SIZES = [
  { width: 360, height: 740 },
  { width: 1024, height: 768 },
  { width: 1440, height: 900 },
];
const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

describe.each(['dark', 'light'] as const)('%s', (theme) => {
  it.each(SIZES)('every state fits and is accessible at $width px', async (viewport) => {
    const { page, leave } = await visit(browser, url, {
      viewport,
      theme,
      reducedMotion: 'reduce',
      expectedErrors: REFUSED,
    });
    const inspect = async (state: string) => {
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      const path = join(PICTURES, `${state}-${viewport.width}-${theme}.png`);
      // From its top: what sticks to the window would lie in the middle of the picture.
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path, fullPage: viewport.width < 1000 });
    };
    await allThumbnails(page);
    await inspect('empty');
    await samples(page).last().click();
    await expectGraded(page, 'fd389adb.png');
    await worth(page).waitFor();
    await inspect('result');
    if (viewport.width >= 1280) {
      await expectSideBySide(page);
      await expectFilmFirst(page);
    }
    await chooseFile(page, textNamedPng);
    await page.getByRole('alert').waitFor();
    await inspect('error');
    await page.route('**/predict*', () => undefined);
    await chooseFile(page, radiograph());
    await page.getByRole('heading', { name: 'Analysing' }).waitFor();
    await inspect('loading');
    await leave();
  });
});

describe.each(['dark', 'light'] as const)('%s worklist', (theme) => {
  it.each(WORKLIST_SIZES)('fits and is accessible at $width px', async (viewport) => {
    const { page, leave } = await visit(browser, url, {
      viewport,
      theme,
      reducedMotion: 'reduce',
      expectedErrors: REFUSED,
    });
    const inspect = async (state: string) => {
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      const path = join(PICTURES, `${state}-${viewport.width}-${theme}.png`);
      // From its top: what sticks to the window would lie in the middle of the picture.
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path, fullPage: viewport.width < 1000 });
    };
    const films = [0, 4, 7].map((at) => radiograph(`2020-03-0${at + 1}.png`, at));
    await chooseFile(page, ...films, textNamedPng);
    await expectSettled(page, 4);
    await page.locator('canvas[data-drawn=true]').waitFor();
    await page.getByRole('button', { name: 'Show the Brixia zones' }).click();
    await inspect('worklist');
    await page.getByRole('button', { name: 'Compare with 2020-03-05.png' }).click();
    await expect.poll(() => page.locator('canvas[data-drawn=true]').count()).toBe(2);
    await inspect('compare');
    await chooseFile(page, film('inverted.png'));
    await page.getByRole('alert').waitFor();
    await worklist(page).getByText('Not judged: ', { exact: false }).first().waitFor();
    await inspect('rejected');
    await page.getByRole('button', { name: 'Show the prediction all the same' }).click();
    await expectGraded(page, 'inverted.png');
    await inspect('forced');
    await leave();
  });
});

it('remembers the chosen theme', async () => {
  const { page, leave } = await visit(browser, url, { colorScheme: 'light' });
  // Dark by default, whatever the system prefers: films are read in dark rooms.
  await page.getByRole('button', { name: 'Use the light theme' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'Use the dark theme' }).waitFor();
  const background = await page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor,
  );
  expect(background).toBe('rgb(245, 245, 243)');
  await leave();
});

it('fits at 200% zoom of a laptop', async () => {
  const { page, leave } = await visit(browser, url, {
    viewport: { width: 640, height: 400 },
  });
  await samples(page).first().click();
  await expectGraded(page, 'fff13f3a.png');
  await expectNoSidewaysScroll(page);
  await leave();
});

/** At least six tenths of the window are the film's. */
async function expectFilmFirst(page: Page): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  const film = await page.getByRole('application').boundingBox();
  expect((film?.width ?? 0) * (film?.height ?? 0)).toBeGreaterThanOrEqual(0.6 * width * height);
}

async function allThumbnails(page: Page): Promise<void> {
  for (const thumbnail of await samples(page).locator('img').all()) {
    await thumbnail.scrollIntoViewIfNeeded();
    await thumbnail.evaluate((image) => (image as HTMLImageElement).decode());
  }
  await page.evaluate(() => window.scrollTo(0, 0));
}

const worth = (page: Page) => page.getByText(/^When it says \w+, it is right in \d+%/);

/** Grade, its worth, ruler and radiograph are all within the window, without scrolling. */
async function expectSideBySide(page: Page): Promise<void> {
  const height = page.viewportSize()?.height ?? 0;
  for (const part of [
    page.getByRole('heading', { level: 1 }),
    worth(page),
    page.locator('canvas').first(),
    page.getByRole('list', { name: 'Probability of each grade' }),
  ]) {
    const box = await part.boundingBox();
    expect(box).not.toBeNull();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
  }
}
