import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, visit } from './browser';
import { film, radiograph, tiff, type Upload } from './files';
import { allowed } from './load';
import {
  chooseFile,
  expectGraded,
  expectSettled,
  heading,
  openMap,
  samples,
  worklist,
} from './steps';

/** `npm run measure` prints these figures; `artifacts/performance.json` keeps them. */
const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
const FIRST_LOAD_KB = 400;
const FIRST_SCRIPT_KB = 250;
const FIRST_PAINT_MS = 1000;
const INTERACTION_MS = 100;
/** No task may hold the page up longer, however many films come at once. */
const LONGEST_TASKS_MS = [
  [200, 100],
  [2000, 250],
] as const;
/** From the drop to the grade on the screen, beyond what the service itself takes. */
const PAGE_SHARE_MS = 500;
const VISITS = 3;
const ROUNDS = 5;

const url = inject('service');
let browser: Browser;
const figures: Record<string, number> = {};

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  mkdirSync(ARTIFACTS, { recursive: true });
  writeFileSync(join(ARTIFACTS, 'performance.json'), `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
});

it(`loads at most ${FIRST_LOAD_KB} kB first, ${FIRST_SCRIPT_KB} of it script, as they travel`, async () => {
  const { page, leave } = await visit(browser, url);
  await page.waitForLoadState('networkidle');
  const loaded = await page.evaluate(() =>
    [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ].map((entry) => {
      const { name, transferSize } = entry as PerformanceResourceTiming;
      return { path: new URL(name).pathname, bytes: transferSize };
    }),
  );
  const total = (of: (path: string) => boolean) =>
    round(loaded.reduce((sum, { path, bytes }) => sum + (of(path) ? bytes : 0), 0) / 1000);
  figures.firstLoadKb = total(() => true);
  figures.firstLoadScriptKb = total((path) => path.endsWith('.js'));
  // Eight films to try, and the page.
  expect(loaded.filter(({ path }) => path.endsWith('.png')).length).toBeGreaterThan(4);
  expect(figures.firstLoadScriptKb).toBeGreaterThan(20);
  expect(figures.firstLoadScriptKb).toBeLessThanOrEqual(FIRST_SCRIPT_KB);
  expect(figures.firstLoadKb).toBeLessThanOrEqual(FIRST_LOAD_KB);
  await leave();
});

it(`paints first within ${FIRST_PAINT_MS} ms`, async () => {
  const paints: number[] = [];
  for (let visits = 0; visits < VISITS; visits += 1) {
    const { page, leave } = await visit(browser, url);
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
  expect(figures.firstContentfulPaintMs).toBeLessThan(allowed(FIRST_PAINT_MS));
});

it(`answers every interaction within ${INTERACTION_MS} ms`, async () => {
  const { page, leave } = await visit(browser, url);
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
  const chart = page.locator('svg[role=img]').first();
  const interactions: Readonly<Record<string, () => Promise<void>>> = {
    theme: () => page.getByRole('button', { name: /^Use the (light|dark) theme$/ }).click(),
    report: () => page.getByRole('button', { name: 'Report', exact: true }).click(),
    'report closed': () => page.keyboard.press('Escape'),
    map: () => openMap(page),
    'opacity of the map': () => page.getByRole('slider').first().press('ArrowLeft'),
    shortcuts: () => page.keyboard.press('?'),
    'shortcuts closed': () => page.keyboard.press('Escape'),
    model: async () => {
      await page.getByRole('link', { name: 'Model', exact: true }).click();
      await chart.waitFor();
    },
    analyse: () => page.getByRole('link', { name: 'Analyse', exact: true }).click(),
  };
  const taken = new Map(Object.keys(interactions).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, interact] of Object.entries(interactions)) {
      await interact();
      await page.waitForTimeout(100);
      const slow = await page.evaluate(() => (window as unknown as Slow).slow.splice(0));
      taken.get(name)?.push(Math.max(16, ...slow));
    }
  }
  // The median of each, as another process may have had the machine.
  const slowest = [...taken]
    .map(([name, rounds]) => ({ name, ms: median(rounds) }))
    .reduce((one, other) => (other.ms > one.ms ? other : one));
  figures.slowestInteractionMs = slowest.ms;
  expect(slowest.ms, slowest.name).toBeLessThan(allowed(INTERACTION_MS));
  await leave();
});

it.each(LONGEST_TASKS_MS)(
  'keeps %i films responsive and their memory bounded',
  // On a busy machine two thousand answers take minutes, and that is no failure.
  { timeout: 600_000 },
  async (films, most) => {
    const { page, leave } = await visit(browser, url);
    await answerWithin(page, await (await post(url, radiograph())).text());
    await page.evaluate(() => {
      const tasks: number[] = [];
      const urls = { made: 0, revoked: 0 };
      Object.assign(window, { tasks, urls });
      new PerformanceObserver((list) => {
        tasks.push(...list.getEntries().map(({ duration }) => duration));
      }).observe({ type: 'longtask' });
      const { createObjectURL, revokeObjectURL } = URL;
      URL.createObjectURL = (...given) => {
        urls.made += 1;
        return createObjectURL.apply(URL, given);
      };
      URL.revokeObjectURL = (url) => {
        urls.revoked += 1;
        revokeObjectURL.call(URL, url);
      };
    });
    const small = tiff('small.tif', 64).buffer.toString('base64');
    await page.evaluate(
      ([base64, count]) => {
        const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const data = new DataTransfer();
        for (let at = 0; at < count; at += 1) {
          data.items.add(new File([content], `film-${at}.tif`));
        }
        // In a task of its own, as a person's drop is.
        setTimeout(() => {
          const init = { bubbles: true, cancelable: true, dataTransfer: data };
          document.body.dispatchEvent(new DragEvent('drop', init));
        }, 100);
      },
      [small, films] as const,
    );
    await expectSettled(page, films);
    for (let step = 0; step < 40; step += 1) {
      await page.keyboard.press('j');
    }
    await page.getByText('film-40.tif').first().waitFor();
    const told = await page.evaluate(() => {
      const { tasks, urls } = window as unknown as {
        tasks: number[];
        urls: { made: number; revoked: number };
      };
      return { longest: Math.max(0, ...tasks), urls };
    });
    figures[`longestTaskOf${films}FilmsMs`] = round(told.longest);
    // Rows out of sight are not in the document.
    expect(await worklist(page).locator('tr[data-status]').count()).toBeLessThan(80);
    expect(told.longest).toBeLessThanOrEqual(allowed(most));
    expect(told.urls.made).toBe(told.urls.revoked);
    const heap = await page.evaluate(() => {
      const { usedJSHeapSize } = (performance as unknown as { memory: { usedJSHeapSize: number } })
        .memory;
      return usedJSHeapSize / 1e6;
    });
    // Two thousand results take a few megabytes; two hundred heatmaps would take hundreds.
    expect(heap).toBeLessThan(100);
    await leave();
  },
);

it(`adds at most ${PAGE_SHARE_MS} ms to the service's own time for 2048 x 2048 pixels`, async () => {
  const { page, leave } = await visit(browser, url);
  const large = film('large.png');
  await page.waitForLoadState('networkidle');
  const shares: number[] = [];
  const totals: number[] = [];
  for (let at = 0; at < 5; at += 1) {
    const start = Date.now();
    const answered = page.waitForResponse(/predict/);
    await chooseFile(page, { ...large, name: `large-${at}.png` });
    await page
      .getByRole('region', { name: 'Radiograph' })
      .getByText(`large-${at}.png`)
      .first()
      .waitFor();
    await heading(page)
      .filter({ hasText: /Mild|Moderate|Severe/ })
      .waitFor();
    totals.push(Date.now() - start);
    const { timings_ms } = (await (await answered).json()) as { timings_ms: { total: number } };
    shares.push((totals[at] ?? Number.NaN) - timings_ms.total);
  }
  // On the way lies the service, too; on two quiet cores all of it takes under a second.
  figures.dropToSeverityMs = median(totals);
  figures.pageShareMs = round(Math.min(...shares));
  expect(figures.pageShareMs).toBeLessThan(allowed(PAGE_SHARE_MS));
  await leave();
});

/**
 * Loads the page anew, with every film answered within it: what is measured is neither the service,
 * nor how fast the browser asks this process.
 */
async function answerWithin(page: Page, answer: string): Promise<void> {
  const bare = JSON.stringify({ ...JSON.parse(answer), explanation: null });
  await page.addInitScript(
    ([explained, short]) => {
      const { fetch } = window;
      let films = 0;
      window.fetch = async (...given) => {
        const { url } = given[0] instanceof Request ? given[0] : new Request(...given);
        if (!url.includes('/predict')) {
          return fetch(...given);
        }
        await new Promise((done) => setTimeout(done, 5));
        // Of a content of its own each: else all films but one would be marked as the same picture.
        films += 1;
        const body = (url.includes('explain=true') ? explained : short).replace(
          /("sha256":\s*")[0-9a-f]{8}/,
          `$1${String(films).padStart(8, '0')}`,
        );
        return new Response(body, { headers: { 'Content-Type': 'application/json' } });
      };
    },
    [answer, bare] as const,
  );
  await page.reload();
  await page.waitForSelector('main');
}

async function post(url: string, { name, buffer }: Upload): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(buffer)]), name);
  return fetch(`${url}/predict?target=predicted`, { method: 'POST', body: form });
}

interface Slow {
  slow: number[];
}

const round = (value: number) => Math.round(value * 10) / 10;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
