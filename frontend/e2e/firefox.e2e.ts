import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { radiograph } from './files';

/** The main flow in Firefox, by WebDriver BiDi; where Firefox is not installed, it says so. */
const FIREFOX = [
  process.env.FIREFOX ?? '',
  ...(process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ['firefox-esr', 'firefox'].map((name) => join(folder, name))),
].find((path) => path !== '' && existsSync(path));

const WAIT = 60_000;
const url = inject('service');

if (!FIREFOX) {
  process.stdout.write('Firefox is not installed: its tests are left out\n');
}

describe.skipIf(!FIREFOX)('Firefox', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch({
      browser: 'firefox',
      executablePath: FIREFOX ?? '',
      headless: true,
      args: ['--width=1280', '--height=720'],
      timeout: WAIT,
    });
  });

  afterAll(async () => {
    await browser?.close();
  });

  const text = (page: Page, selector: string) =>
    page.$eval(selector, (element) => (element as HTMLElement).innerText);
  const canvases = (page: Page, selector: string, count: number) =>
    page.waitForFunction(
      (wanted, many) => document.querySelectorAll(wanted).length === many,
      { timeout: WAIT },
      selector,
      count,
    );

  it('grades films, shows their maps, takes keys and readings, compares two', async () => {
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 720 });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(url);
    const folder = mkdtempSync(join(inject('films'), 'firefox-'));
    const paths = [0, 4].map((at) => {
      const { name, buffer } = radiograph(`film-${at}.png`, at);
      writeFileSync(join(folder, name), buffer);
      return join(folder, name);
    });
    const input = await page.waitForSelector('input[type=file]', { timeout: WAIT });
    await (input as unknown as { uploadFile: (...paths: string[]) => Promise<void> }).uploadFile(
      ...paths,
    );
    await canvases(page, 'canvas[data-drawn=true]', 1);
    expect(await text(page, 'h1')).toMatch(/Mild|Moderate|Severe/);
    await page.waitForFunction(
      () => document.querySelectorAll('tr[data-status=done]').length === 2,
      { timeout: WAIT },
    );
    // The heat is there, and not only its canvas.
    const heat = await page.$eval('canvas[data-drawn=true]', (element) => {
      const canvas = element as HTMLCanvasElement;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      return pixels?.some((value) => value > 0) ?? false;
    });
    expect(heat).toBe(true);
    await page.keyboard.press('z');
    await page.waitForSelector('svg polygon', { timeout: WAIT });
    await page.keyboard.press('y');
    await page.waitForFunction(
      () => document.body.innerText.includes('You agree with the model.'),
      { timeout: WAIT },
    );
    await page.keyboard.press('c');
    await canvases(page, 'canvas[data-drawn=true]', 2);
    await page.waitForSelector('section[aria-label=Change] table', { timeout: WAIT });
    // Film first, here too.
    const share = await page.$eval('main', (main) => {
      const films = [...main.querySelectorAll('[role=application]')];
      const area = films.reduce((sum, film) => {
        const { width, height } = film.getBoundingClientRect();
        return sum + width * height;
      }, 0);
      return area / (window.innerWidth * window.innerHeight);
    });
    expect(share).toBeGreaterThan(0.35);
    expect(errors).toEqual([]);
    await page.close();
  }, 300_000);
});
