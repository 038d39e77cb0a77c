import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, launch, visit } from './browser';
import { film, radiograph } from './files';
import { chooseFile } from './steps';

const REFUSED = /Failed to load resource/;
const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

/** Nothing in the columns beside the film is wider than they are. */
async function expectWithinColumns(page: Page): Promise<void> {
  await expectNoSidewaysScroll(page);
  const wider = await page.evaluate(() =>
    [
      ...document.querySelectorAll(
        'main h1, main h2, main p, main button, main summary, main table',
      ),
    ]
      .filter((element) => {
        const column = element.closest('[class*=aside], [class*=worklist]');
        const { width, right } = element.getBoundingClientRect();
        // What is meant for screen readers alone is a pixel wide.
        return column && width > 2 && right > column.getBoundingClientRect().right + 1;
      })
      .map((element) => element.textContent),
  );
  expect(wider).toEqual([]);
}

describe.each(['en', 'ms', 'zh-CN'])('%s', (language) => {
  it.each(['dark', 'light'] as const)('fits its columns and is accessible, %s', async (theme) => {
    const { page, leave } = await visit(browser, `${url}/?lang=${language}`, {
      theme,
      expectedErrors: REFUSED,
      viewport: { width: 1280, height: 720 },
    });
    const inspect = async () => {
      await expectWithinColumns(page);
      await expectAccessible(page);
    };
    await inspect();
    // Moderate, the longest of the grades; and one that needs mending.
    await chooseFile(
      page,
      radiograph('moderate.png', 1),
      radiograph('b.png', 4),
      film('inverted.png'),
    );
    const settled = /3.*3/;
    await page.getByText(settled).first().waitFor();
    await page.locator('canvas[data-drawn=true]').first().waitFor();
    await page.locator('main details').evaluateAll((parts) => {
      for (const part of parts) {
        (part as HTMLDetailsElement).open = true;
      }
    });
    await inspect();
    await page.keyboard.press('c');
    await expect.poll(() => page.locator('canvas[data-shown=true]').count()).toBe(2);
    await inspect();
    await page.keyboard.press('c');
    await page.locator('main input[type=checkbox]').first().check();
    await inspect();
    await leave();
  });
});
