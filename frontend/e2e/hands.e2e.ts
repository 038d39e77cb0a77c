import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, launch, visit } from './browser';
import { film, radiograph } from './files';
import { chooseFile, expectGraded, filmCanvas, hand, viewport } from './steps';

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const window_ = (page: Page) => page.getByText(/^(.* · )?L -?\d+ W \d+$/).first();
const looks = (page: Page) =>
  filmCanvas(page).evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
  button: 'left' | 'right' = 'left',
): Promise<void> {
  const box = await viewport(page).boundingBox();
  const [x, y] = [box?.x ?? 0, box?.y ?? 0];
  await page.mouse.move(x + from[0], y + from[1]);
  await page.mouse.down({ button });
  await page.mouse.move(x + to[0], y + to[1], { steps: 4 });
  await page.mouse.up({ button });
}

it('hears its keys right after a drop, sets the window by the right button, fits by a double click', async () => {
  const { page, leave } = await visit(browser, url);
  await hand(page, 'drop', radiograph());
  await expectGraded(page, 'patient.png');
  const fitted = await looks(page);
  await page.keyboard.press('+');
  await expect.poll(() => looks(page)).not.toBe(fitted);
  await viewport(page).dblclick();
  await expect.poll(() => looks(page)).toBe(fitted);
  // Whatever the left button does.
  await page.getByRole('button', { name: 'Drag moves the film' }).click();
  const before = await window_(page).innerText();
  await drag(page, [200, 200], [280, 240], 'right');
  await expect.poll(() => window_(page).innerText()).not.toBe(before);
  await leave();
});

it('measures lengths and the ratio of heart and chest, and magnifies', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  await page.getByRole('button', { name: /^Measure a length/ }).click();
  const before = await window_(page).innerText();
  await drag(page, [200, 200], [300, 200]);
  // A line is all that it makes.
  expect(await window_(page).innerText()).toBe(before);
  const lines = page.getByRole('img', { name: /px/ });
  // A hundred pixels of the screen, in pixels of the film.
  const shown = await viewport(page).boundingBox();
  const scale = Math.min((shown?.width ?? 0) / 640, (shown?.height ?? 0) / 589);
  expect(await lines.getAttribute('aria-label')).toBe(`${Math.round(100 / scale)} px`);
  await page.getByRole('button', { name: /^Measure the cardiothoracic ratio/ }).click();
  await drag(page, [300, 300], [400, 310]);
  await drag(page, [250, 320], [450, 320]);
  expect(await lines.getAttribute('aria-label')).toContain('CTR 0.50');
  await expectAccessible(page);
  // They lie on the film: its length is the same however large it is shown.
  const told = await lines.getAttribute('aria-label');
  await page.keyboard.press('+');
  await page.keyboard.press('r');
  expect(await lines.getAttribute('aria-label')).toBe(told);
  // As on the screen, so across the patient: also on a film that lies on its side.
  await drag(page, [300, 300], [400, 310]);
  await drag(page, [250, 320], [450, 320]);
  expect(await lines.getAttribute('aria-label')).toContain('CTR 0.50');
  await page.keyboard.press('g');
  await page.mouse.move(400, 400);
  await expect.poll(() => page.locator('canvas[class*=lens]').isVisible()).toBe(true);
  await leave();
});

it('measures in millimetres where the file says how large its pixels are', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, film('visit-1.dcm'));
  await expectGraded(page, 'visit-1.dcm');
  await page.getByRole('button', { name: /^Measure a length/ }).click();
  await drag(page, [300, 200], [400, 200]);
  await page.getByRole('img', { name: /^\d+ mm( at the detector)?$/ }).waitFor();
  // For whoever cannot drag, two clicks do; Escape gives a line up.
  const box = await viewport(page).boundingBox();
  const [x, y] = [box?.x ?? 0, box?.y ?? 0];
  const measured = page.locator('svg[data-measuring=true]');
  const dragged = await measured.getAttribute('aria-label');
  await page.mouse.click(x + 300, y + 250);
  await page.mouse.move(x + 350, y + 250);
  expect(await measured.getAttribute('aria-label')).not.toBe(dragged);
  await page.keyboard.press('Escape');
  expect(await measured.getAttribute('aria-label')).toBe(dragged);
  await page.mouse.click(x + 300, y + 250);
  await page.mouse.click(x + 500, y + 250);
  await page.mouse.move(x + 600, y + 400);
  const clicked = await measured.getAttribute('aria-label');
  expect(Number.parseInt(clicked ?? '', 10)).toBeGreaterThan(Number.parseInt(dragged ?? '', 10));
  await leave();
});

it('leaves one finger to the page, and is above the fold of a phone', async () => {
  const { page, leave } = await visit(browser, url, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  const box = await viewport(page).boundingBox();
  expect((box?.y ?? 740) + (box?.height ?? 0)).toBeLessThanOrEqual(740);
  const header = await page.getByRole('banner').boundingBox();
  expect(header?.height).toBeLessThanOrEqual(72);
  await expectNoSidewaysScroll(page);
  const before = await looks(page);
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: [number, number][]) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
  await touch('touchStart', [[180, 450]]);
  for (let y = 440; y > 200; y -= 20) {
    await touch('touchMove', [[180, y]]);
  }
  await touch('touchEnd', []);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(50);
  expect(await looks(page)).toBe(before);
  await page.evaluate(() => window.scrollTo(0, 0));
  await touch('touchStart', [
    [150, 350],
    [210, 350],
  ]);
  await touch('touchMove', [
    [120, 350],
    [240, 350],
  ]);
  await touch('touchEnd', []);
  await expect.poll(() => looks(page)).not.toBe(before);
  // Fingers need room.
  const small = await page
    .getByRole('button')
    .filter({ visible: true })
    .evaluateAll((buttons) =>
      buttons
        .filter((button) => button.getBoundingClientRect().height < 36)
        .map((button) => button.textContent || button.getAttribute('aria-label')),
    );
  expect(small).toEqual([]);
  await leave();
});

it('says how the film is worked, with the first film of a browser alone', async () => {
  const { page, leave } = await visit(browser, url);
  const hint = page.getByText(/^Drag for window and level/);
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  await hint.waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Got it' }).click();
  expect(await hint.count()).toBe(0);
  await page.reload();
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  expect(await hint.count()).toBe(0);
  await leave();
});

it('lets no hint lie over the controls of the map, and none stay once the film is worked', async () => {
  const { page, leave } = await visit(browser, url, {
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  const hint = page.getByText('Two fingers move and zoom the film; one scrolls the page.');
  const [told, map] = [
    await hint.locator('..').boundingBox(),
    await page.locator('details:has([type=range])').boundingBox(),
  ];
  expect((told?.y ?? 0) + (told?.height ?? 0)).toBeLessThanOrEqual(map?.y ?? 0);
  await viewport(page).tap();
  expect(await hint.count()).toBe(0);
  await leave();
});

it('lets the scale and the window be read beside the controls of the map on a phone', async () => {
  const { page, leave } = await visit(browser, url, { viewport: { width: 360, height: 740 } });
  await chooseFile(page, film('visit-1.dcm'));
  await expectGraded(page, 'visit-1.dcm');
  const boxes = await Promise.all(
    [
      page.locator('details:has([type=range])'),
      window_(page),
      page.getByText(/^\d+ mm at the detector$/),
    ].map((one) => one.boundingBox()),
  );
  // Beside one another or one above the other, as there is room.
  for (const [i, one] of boxes.entries()) {
    for (const other of boxes.slice(i + 1)) {
      if (!one || !other) {
        throw new Error('something is not shown');
      }
      const apart =
        one.x + one.width <= other.x ||
        other.x + other.width <= one.x ||
        one.y + one.height <= other.y ||
        other.y + other.height <= one.y;
      expect(apart, JSON.stringify([one, other])).toBe(true);
    }
  }
  await leave();
});
