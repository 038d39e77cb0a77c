import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, visit } from './browser';
import { film, radiograph } from './files';
import { chooseFile, expectSettled, openMap, samples, worklist } from './steps';

// What a narrow window must not hide, cut off or cover.

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

it('leaves everything on a phone in sight and in reach', async () => {
  const { page, leave } = await visit(browser, url, { viewport: { width: 360, height: 740 } });
  // A day that is cut off is another day.
  const cut = await samples(page).evaluateAll((buttons) =>
    buttons.filter((button) =>
      [button, ...button.children].some((part) => part.scrollWidth > part.clientWidth),
    ),
  );
  expect(cut).toHaveLength(0);
  await chooseFile(page, film('visit-1.dcm'));
  // The header of DICOM lies in the corner beside it; a click fails where something covers it.
  await page.getByText('DICOM header').waitFor();
  await page.getByRole('button', { name: 'Got it' }).click();
  await openMap(page, 'Grad-CAM');
  const panel = page.locator('details').filter({ has: page.getByText('Heatmap for') });
  const room = await panel.boundingBox();
  for (const name of ['Brixia total', 'Predicted', 'Mild', 'Moderate', 'Severe']) {
    const choice = await panel.getByRole('radio', { name, exact: true }).boundingBox();
    expect(choice?.x, name).toBeGreaterThanOrEqual(room?.x ?? 0);
    const right = (choice?.x ?? 0) + (choice?.width ?? 0);
    expect(right, name).toBeLessThanOrEqual((room?.x ?? 0) + (room?.width ?? 0));
  }
  await leave();
});

it.each([640, 800, 1280])('shows names and order of the list at %i px', async (width) => {
  const { page, leave } = await visit(browser, url, { viewport: { width, height: 720 } });
  await chooseFile(page, radiograph('one.png', 0), radiograph('two.png', 3));
  await expectSettled(page, 2);
  const list = worklist(page);
  const name = await list.getByRole('button', { name: 'one.png', exact: true }).boundingBox();
  expect(name?.width).toBeGreaterThan(45);
  for (const column of ['Grade', 'Brixia']) {
    const sort = list.getByRole('columnheader', { name: column }).getByRole('button');
    await sort.click();
    expect(await sort.innerText()).toMatch(/ ↓$/);
    expect(await sort.evaluate((head) => head.scrollWidth - head.clientWidth)).toBe(0);
  }
  // Its name has no room in a narrow list, but what has the focus is seen.
  const notes = list.getByRole('columnheader', { name: 'Notes' });
  await notes.getByRole('button').focus();
  expect((await notes.boundingBox())?.width).toBeGreaterThan(20);
  await list.getByRole('searchbox').fill('three');
  await list.getByText('No film matches. Empty the search and choose All').waitFor();
  await leave();
});
