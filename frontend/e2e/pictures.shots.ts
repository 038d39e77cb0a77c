import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, inject, it } from 'vitest';
import { launch, visit } from './browser';
import { radiograph, samplesByName } from './files';
import { chooseFile, expectSettled, heading } from './steps';

/** The README's pictures, of this page: `npm run pictures` takes them anew. */
const DOCS = join(import.meta.dirname, '../../docs');
const VIEWPORT = { width: 1440, height: 810 };

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const films = samplesByName.map((name, at) => radiograph(name, at));
const mapsDrawn = (page: Page, count: number) =>
  page.waitForFunction(
    (wanted) => document.querySelectorAll('canvas[data-drawn=true]').length === wanted,
    count,
  );

/** The hint of a browser's first film is in the way of a picture. */
async function closeHint(page: Page): Promise<void> {
  const close = page.getByRole('button', { name: 'Got it' });
  if (await close.isVisible()) {
    await close.click();
  }
}

async function picture(page: Page, name: string): Promise<void> {
  await closeHint(page);
  // Where a pointer rests is no part of the page.
  await page.mouse.move(0, 0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(DOCS, name), type: 'jpeg', quality: 82 });
}

it('shows one film', async () => {
  const { page, leave } = await visit(browser, url, { viewport: VIEWPORT });
  const severe = films.filter(({ name }) => name === 'fd389adb.png');
  await chooseFile(page, ...severe);
  await mapsDrawn(page, 1);
  await page.getByText(/^When it says/).waitFor();
  await picture(page, 'screenshot.jpg');
  await leave();
});

it('shows two films beside each other', async () => {
  const { page, leave } = await visit(browser, url, { viewport: VIEWPORT });
  // Of one patient, three days apart.
  const two = films.filter(({ name }) => ['3964b961.png', '7b68340a.png'].includes(name));
  await chooseFile(page, ...two);
  await expectSettled(page, 2);
  await page.keyboard.press('c');
  await mapsDrawn(page, 2);
  await picture(page, 'compare.jpg');
  await leave();
});

it('shows films that are scored blind', async () => {
  const { page, leave } = await visit(browser, url, { viewport: VIEWPORT });
  await page.getByRole('checkbox', { name: /^Blind/ }).check();
  await chooseFile(page, ...films);
  await expectSettled(page, films.length);
  for (const key of ['q', 'w', 'w', 'w', 'q']) {
    await page.keyboard.press(key);
    await page.keyboard.press('v');
    await heading(page)
      .filter({ hasText: /Mild|Moderate|Severe/ })
      .waitFor();
    await page.keyboard.press('j');
  }
  await picture(page, 'blind.jpg');
  await leave();
});
