import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, visit } from './browser';
import { type Server, startServer } from './server';
import { expectGraded, samples } from './steps';

/** `npm run measure` prints these figures; `artifacts/performance.json` keeps them. */
const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
const DIST = join(import.meta.dirname, '../dist');
const FIRST_LOAD_KB = 250;
const FIRST_PAINT_MS = 1000;
const INTERACTION_MS = 100;
const VISITS = 3;

let server: Server;
let browser: Browser;
const figures: Record<string, number> = {};

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(join(ARTIFACTS, 'performance.json'), `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
});

it(`loads at most ${FIRST_LOAD_KB} kB of compressed script first`, async () => {
  const { page, leave } = await visit(browser, server.url);
  await page.waitForLoadState('networkidle');
  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js')),
  );
  const bytes = [...new Set(scripts)].map(
    (path) => gzipSync(readFileSync(join(DIST, path))).length,
  );
  expect(bytes.length).toBeGreaterThan(1);
  figures.firstLoadScriptKb = round(bytes.reduce((sum, next) => sum + next, 0) / 1000);
  expect(figures.firstLoadScriptKb).toBeLessThanOrEqual(FIRST_LOAD_KB);
  await leave();
});

it(`paints first within ${FIRST_PAINT_MS} ms`, async () => {
  const paints: number[] = [];
  for (let visits = 0; visits < VISITS; visits += 1) {
    const { page, leave } = await visit(browser, server.url);
    await page.waitForFunction(
      () => performance.getEntriesByName('first-contentful-paint').length > 0,
    );
    paints.push(
      await page.evaluate(
        () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
      ),
    );
    await leave();
  }
  figures.firstContentfulPaintMs = round(median(paints));
  expect(figures.firstContentfulPaintMs).toBeLessThan(FIRST_PAINT_MS);
});

it(`answers every interaction within ${INTERACTION_MS} ms`, async () => {
  const { page, leave } = await visit(browser, server.url);
  await samples(page).first().click();
  await expectGraded(page, 'fff13f3a.png');
  // From the press to the next picture, as the Event Timing API counts: shorter than 16 ms is not told.
  await page.evaluate(() => {
    const slow: number[] = [];
    Object.assign(window, { slow });
    new PerformanceObserver((list) => {
      slow.push(...list.getEntries().map(({ duration }) => duration));
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  const rounds: number[] = [];
  for (let visits = 0; visits < VISITS; visits += 1) {
    await page.getByRole('button', { name: /^Use the (light|dark) theme$/ }).click();
    await page.getByRole('button', { name: 'Report', exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('slider').first().press('ArrowLeft');
    await page.keyboard.press('?');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Model', exact: true }).click();
    await page.locator('svg[role=img]').first().waitFor();
    await page.getByRole('link', { name: 'Analyse', exact: true }).click();
    await page.waitForTimeout(100);
    rounds.push(
      Math.max(16, ...(await page.evaluate(() => (window as unknown as Slow).slow.splice(0)))),
    );
  }
  // The slowest of each round; the median, as another process may have had the machine.
  figures.slowestInteractionMs = median(rounds);
  expect(figures.slowestInteractionMs).toBeLessThan(INTERACTION_MS);
  await leave();
});

interface Slow {
  slow: number[];
}

const round = (value: number) => Math.round(value * 10) / 10;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
