import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible, launch, visit } from './browser';
import { film, radiograph } from './files';
import {
  chooseFile,
  expectGraded,
  expectMapOf,
  expectSettled,
  filmCanvas,
  heading,
  openMap,
  rows,
  worklist,
} from './steps';

const REFUSED = /Failed to load resource/;
const ANYWAY = 'Show the prediction all the same';
/** By file: the words for what stands against it, and the service's code. */
const UNFIT: [name: string, words: string, code: string][] = [
  ['inverted.png', 'Black and white look exchanged', 'inverted-grey-scale'],
  ['on-its-side.png', 'lies on its side', 'turned-by-90-degrees'],
  ['upside-down.png', 'is upside down', 'turned-by-180-degrees'],
  ['holiday.jpg', 'The picture is in colour', 'not-a-frontal-chest-radiograph'],
];

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const top = (part: Locator) => part.evaluate((element) => element.getBoundingClientRect().top);

it('tells of each film in the list why it was not judged', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: REFUSED });
  await chooseFile(page, radiograph(), ...UNFIT.map(([name]) => film(name)));
  await expectSettled(page, 5);
  const told = (await rows(page)).map((row) => row.replace(/\s+/g, ' '));
  expect(told[0]).toMatch(/^patient\.png (Mild|Moderate|Severe) \d/);
  told.slice(1).forEach((row, at) => {
    const [name, words] = UNFIT[at] ?? [];
    expect(row.startsWith(`${name} Not judged: `)).toBe(true);
    expect(row).toContain(words);
  });
  for (const [name, words, code] of UNFIT) {
    await worklist(page).getByRole('button', { name, exact: false }).first().click();
    const alert = page.getByRole('alert').filter({ hasText: words });
    await alert.waitFor();
    expect(await alert.innerText()).toContain('Rejected');
    // The words say enough.
    expect(await page.getByText(code, { exact: true }).count()).toBe(0);
    // However much there is to say, it is read from its beginning.
    expect(await top(alert)).toBeGreaterThan(
      await top(page.getByRole('region', { name: 'Radiograph' })),
    );
    expect(await heading(page).innerText()).toBe('No result');
    // The film, but no map of what led to a grade.
    await page.getByRole('application', { name: `Viewport of ${name}` }).waitFor();
    await filmCanvas(page).waitFor();
    expect(await page.locator('canvas[data-drawn=true]').count()).toBe(0);
  }
  await worklist(page).getByRole('button', { name: 'Not judged 4' }).click();
  expect(await rows(page)).toHaveLength(4);
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await worklist(page).getByRole('button', { name: 'CSV' }).click();
  const csv = await readFile(await (await download).path(), 'utf8');
  const lines = csv.trim().split('\r\n').slice(2);
  expect(lines).toHaveLength(4);
  UNFIT.forEach(([name, , code], at) => {
    expect(lines[at]).toContain(`${name},rejected`);
    expect(lines[at]).toContain(code);
  });
  await leave();
});

it('shows the prediction all the same when asked, and marks it everywhere', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: REFUSED });
  await chooseFile(page, film('inverted.png'), radiograph());
  await expectSettled(page, 2);
  // Nothing vouches for it that the patient's right is on the left.
  const right = page.getByText('R', { exact: true });
  expect(await right.count()).toBe(0);
  await page.getByRole('button', { name: ANYWAY }).click();
  await expectGraded(page, 'inverted.png');
  expect(await right.count()).toBe(0);
  const quality = page.getByRole('region', { name: 'Image quality' });
  expect(await quality.innerText()).toContain('Not fit for a judgement.');
  expect(await quality.innerText()).toContain('Black and white look exchanged');
  expect((await rows(page))[0]).toContain('not fit');
  // Measured on films that are fit for it.
  expect(await page.getByText(/of 100 films|right in/).count()).toBe(0);
  // Other classes are explained all the same, too.
  await openMap(page, 'Grad-CAM');
  for (const grade of ['Mild', 'Severe']) {
    await page.getByRole('radio', { name: grade }).check();
    await expectMapOf(page, grade);
  }
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Data (JSON)' }).click();
  const report = JSON.parse(await readFile(await (await download).path(), 'utf8'));
  expect(report.quality.accepted).toBe(false);
  const [first] = report.quality.findings;
  expect(first).toMatchObject({ code: 'inverted-grey-scale', level: 'reject' });
  await leave();
});

it('mends what a film was rejected for and grades it, in one click and for all alike', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: REFUSED });
  const again = { ...film('on-its-side.png'), name: 'on-its-side-too.png' };
  await chooseFile(page, film('on-its-side.png'), film('inverted.png'), again);
  await expectSettled(page, 3);
  await page.getByRole('button', { name: 'Do so with all 2 films rejected for this' }).click();
  await expect
    .poll(async () => (await rows(page)).filter((row) => row.includes('turned')).length)
    .toBe(2);
  await expectGraded(page, 'on-its-side.png');
  await page.getByText(/^On this page, before it was graded: turned by (90|270)°\./).waitFor();
  await page.getByText('R', { exact: true }).waitFor();
  // Upright, it is one of the films that the gate lets pass.
  expect(await page.getByText('Not fit for a judgement.').count()).toBe(0);
  await expectAccessible(page);
  await worklist(page)
    .getByRole('button', { name: /^inverted/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Invert black and white and grade' }).click();
  await expectGraded(page, 'inverted.png');
  const told = (await rows(page)).map((row) => row.replace(/\s+/g, ' '));
  expect(told[1]).toMatch(/^inverted\.png (Mild|Moderate|Severe) .*black and white exchanged/);
  await page.getByRole('button', { name: 'Use the file as it is' }).click();
  await page.getByRole('alert').filter({ hasText: 'Black and white look exchanged' }).waitFor();
  await leave();
});
