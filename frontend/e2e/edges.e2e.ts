import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, visit } from './browser';
import { film } from './files';
import { chooseFile, filmCanvas, viewport } from './steps';

// What stands at the edges of a film must be read: letters of its sides, scale bar, window, notes,
// and the map's controls.

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

/** What lies over a film and over something else, or is cut off by the film's end. */
async function hidden(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // As it is seen: of two films over one another one is laid out and hidden.
    const seen = (one: Element) => one.checkVisibility({ visibilityProperty: true });
    const frames = [...document.querySelectorAll('[role=application]')].flatMap(
      ({ parentElement }) => (parentElement && seen(parentElement) ? [parentElement] : []),
    );
    const marks = document.querySelectorAll<HTMLElement>(
      'section :is([role=application] ~ * :is(p, [data-side]), [role=application] ~ details, details:has(canvas))',
    );
    const boxes = [...marks]
      .filter((mark) => seen(mark) && mark.parentElement?.closest('details') === null)
      .map((mark) => ({ mark, words: mark.innerText, box: mark.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.height > 1);
    const over = boxes.flatMap((one, index) =>
      boxes
        .slice(index + 1)
        .filter(
          ({ box }) =>
            Math.min(box.right, one.box.right) - Math.max(box.left, one.box.left) > 0.5 &&
            Math.min(box.bottom, one.box.bottom) - Math.max(box.top, one.box.top) > 0.5,
        )
        .map(({ words }) => `${one.words} over ${words}`),
    );
    const cut = boxes.filter(({ mark, box }) => {
      const frame = frames.find((each) => each.contains(mark))?.getBoundingClientRect();
      return (
        frame &&
        (box.left < frame.left - 0.5 ||
          box.right > frame.right + 0.5 ||
          box.top < frame.top - 0.5 ||
          box.bottom > frame.bottom + 0.5)
      );
    });
    // Of each film two letters, a bar and a window: else nothing was looked at.
    const missing = boxes.length < 4 * frames.length ? ['too few to be all'] : [];
    return [...over, ...cut.map(({ words }) => `${words} cut off`), ...missing];
  });
}

it.each([
  ['en', 1440, 900],
  ['en', 820, 1100],
  ['en', 360, 740],
  ['ms', 360, 740],
  ['zh-CN', 360, 740],
])('hides nothing that lies over a film: alone, turned, compared (%s, %i px)', async (...at) => {
  const [language, width, height] = at;
  const { page, leave } = await visit(browser, `${url}/?lang=${language}`, {
    viewport: { width, height },
  });
  const expectSeen = (what: string) =>
    expect.poll(() => hidden(page), { message: what }).toEqual([]);
  await chooseFile(page, film('visit-1.dcm'));
  await filmCanvas(page).waitFor();
  await page.locator('canvas[data-drawn=true]').waitFor();
  await expectSeen('alone');
  await page.keyboard.press('r');
  await expectSeen('turned');
  await chooseFile(page, film('visit-2.dcm'));
  await page.locator('tr[data-status=done]').nth(1).waitFor();
  await page.keyboard.press('c');
  await expect.poll(() => page.locator('canvas[data-shown=true]').count()).toBe(2);
  await expectSeen('compared');
  await page.keyboard.press('r');
  await expectSeen('compared and turned');
  await page.keyboard.press('x');
  await expectSeen('one over the other');
  // The one beneath stays drawn, in the same place: nothing blank comes between them.
  const drawn = page.locator('canvas[data-shown=true]');
  const placed = await drawn.evaluateAll((all) =>
    all.map((one) => ({
      ...one.getBoundingClientRect().toJSON(),
      seen: one.checkVisibility({ visibilityProperty: true }),
    })),
  );
  expect(placed.map(({ seen }) => seen).sort()).toEqual([false, true]);
  expect({ ...placed[0], seen: true }).toEqual({ ...placed[1], seen: true });
  expect(placed[0]?.width).toBeGreaterThan(100);
  // Neither caption lies over the other, or ends before its grade and its mark.
  await page.keyboard.press('d');
  await page.getByRole('separator').waitFor();
  const captions = page.locator('[data-layout] section > p');
  expect(await captions.count()).toBe(2);
  const [older, newer] = await Promise.all(
    [0, 1].map((index) => captions.nth(index).boundingBox()),
  );
  expect((older?.x ?? 0) + (older?.width ?? 0)).toBeLessThanOrEqual(newer?.x ?? 0);
  const cut = await captions.evaluateAll((all) =>
    all.filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight),
  );
  expect(cut).toHaveLength(0);
  await leave();
});

it('keeps the screen full while films are stepped through, and fills it from a wide list', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, film('visit-1.dcm'), film('visit-2.dcm'));
  await page.locator('tr[data-status=done]').nth(1).waitFor();
  const fills = () =>
    page.evaluate(() => {
      const films = document.fullscreenElement?.querySelectorAll('[role=application]') ?? [];
      return [...films].map((each) => each.getAttribute('aria-label') ?? '').join();
    });
  await viewport(page).focus();
  await page.keyboard.press('f');
  await expect.poll(fills).toContain('visit-1.dcm');
  await page.keyboard.press('j');
  await expect.poll(fills).toContain('visit-2.dcm');
  await page.keyboard.press('c');
  await expect.poll(fills).toMatch(/visit-1.dcm.*visit-2.dcm/);
  await page.keyboard.press('c');
  await expect.poll(fills).not.toMatch(/,|^$/);
  await filmCanvas(page).waitFor();
  await page.keyboard.press('f');
  await expect.poll(fills).toBe('');
  await page.getByRole('button', { name: 'Wide' }).click();
  expect(await viewport(page).count()).toBe(0);
  await page.keyboard.press('f');
  await expect.poll(fills).not.toBe('');
  await expect.poll(async () => (await viewport(page).boundingBox())?.width).toBeGreaterThan(1000);
  await leave();
});
