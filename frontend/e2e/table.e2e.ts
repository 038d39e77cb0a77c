import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible, launch, visit } from './browser';
import { film, radiograph, textNamedPng } from './files';
import { chooseFile, expectSettled, worklist } from './steps';

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

async function box(of: Locator) {
  const found = await of.boundingBox();
  if (!found) {
    throw new Error('not drawn');
  }
  return found;
}

it.each([1024, 1280, 1920])('keeps a row to be read under its buttons, %i wide', async (width) => {
  const { page, leave } = await visit(browser, url, { viewport: { width, height: 800 } });
  await chooseFile(page, radiograph('a-film-with-a-long-name.png'), radiograph('two.png', 3));
  await expectSettled(page, 2);
  const row = worklist(page).locator('tr[data-status]').nth(1);
  await row.hover();
  const cells = row.locator('td');
  const name = await box(row.getByRole('button', { name: 'two.png', exact: true }));
  const buttons = await Promise.all(
    [/^Compare with two.png$/, /^Remove two.png/].map((label) =>
      box(row.getByRole('button', { name: label })),
    ),
  );
  // No grade is cut off.
  const cut = await row
    .locator('td span')
    .evaluateAll(
      (spans) =>
        spans.filter((span) => span.clientWidth > 1 && span.scrollWidth > span.clientWidth + 1)
          .length,
    );
  expect(cut).toBe(0);
  // Grade and probability; Brixia.
  const told = await Promise.all([1, 2].map((at) => box(cells.nth(at))));
  for (const button of buttons) {
    expect(button.x).toBeGreaterThanOrEqual(name.x + name.width - 1);
    for (const cell of told) {
      expect(button.x + button.width).toBeLessThanOrEqual(cell.x + 1);
    }
  }
  await leave();
});

it('stands beneath the film where there is no room beside it, its toolbar in one line', async () => {
  const { page, leave } = await visit(browser, url, { viewport: { width: 1024, height: 768 } });
  await chooseFile(page, radiograph('one.png'), radiograph('two.png', 3));
  await expectSettled(page, 2);
  const [tools, list] = [await box(page.getByRole('toolbar')), await box(worklist(page))];
  expect(tools.height).toBeLessThan(60);
  expect(list.y).toBeLessThanOrEqual(tools.y + tools.height + 40);
  expect(list.x + list.width).toBeLessThanOrEqual(1024);
  // What is beside it can be reached, too.
  const patient = page.getByLabel('Patient', { exact: true });
  await patient.fill('4711');
  expect((await box(patient)).x + (await box(patient)).width).toBeLessThanOrEqual(1024);
  await leave();
});

it('shows films as thumbnails where that is asked for', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: /Failed to load resource/ });
  await chooseFile(page, radiograph('one.png'), film('visit-1.dcm'), textNamedPng);
  await expectSettled(page, 3);
  const pictures = worklist(page).locator('tr img');
  expect(await pictures.count()).toBe(0);
  await worklist(page).getByRole('button', { name: 'Thumbnails' }).click();
  // The third one is no film.
  await expect.poll(() => pictures.count()).toBe(2);
  const sizes = await pictures.evaluateAll((images) =>
    images.map((image) => {
      const { naturalWidth, naturalHeight } = image as HTMLImageElement;
      return Math.max(naturalWidth, naturalHeight);
    }),
  );
  expect(sizes).toEqual([96, 96]);
  const heights = await worklist(page)
    .locator('tr[data-status]')
    .evaluateAll((all) => all.map((row) => row.getBoundingClientRect().height));
  expect(heights).toEqual([52, 52, 52]);
  await expectAccessible(page);
  await worklist(page).getByRole('button', { name: 'Thumbnails' }).click();
  await expect.poll(() => pictures.count()).toBe(0);
  await leave();
});
