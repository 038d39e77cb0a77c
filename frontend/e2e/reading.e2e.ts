import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible, launch, visit } from './browser';
import { copyOf, radiograph } from './files';
import { chooseFile, expectSettled, heading, rows, worklist } from './steps';

const url = inject('service');
const GRADES = /Mild|Moderate|Severe/;
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const films = (count: number) =>
  Array.from({ length: count }, (_, at) => copyOf(radiograph(`film-${at}.png`, at % 8), `${at}`));
const reading = (page: Page) => page.getByRole('region', { name: 'Your reading' });
const agreement = (page: Page) =>
  page.getByRole('status', { name: 'Agreement between you and the model' });

async function saved(page: Page, press: () => Promise<void>): Promise<string> {
  const download = page.waitForEvent('download');
  await press();
  return readFile(await (await download).path(), 'utf8');
}

/** Quadratic weighted kappa, written out: one less the weighted disagreement seen over that of chance. */
function kappaOf(pairs: readonly (readonly [string, string])[]): number {
  const rank = (grade: string) => ['mild', 'moderate', 'severe'].indexOf(grade);
  const squared = (one: string, other: string) => (rank(one) - rank(other)) ** 2;
  const seen = pairs.reduce((sum, [one, other]) => sum + squared(one, other), 0) / pairs.length;
  const byChance =
    pairs
      .flatMap(([one]) => pairs.map(([, other]) => squared(one, other)))
      .reduce((a, b) => a + b) /
    pairs.length ** 2;
  return 1 - seen / byChance;
}

it('scores ten films blind by keys, and takes the kappa along', async () => {
  const { page, leave } = await visit(browser, url);
  await page.getByRole('checkbox', { name: /^Blind/ }).check();
  await chooseFile(page, ...films(10));
  await expectSettled(page, 10);
  // Nowhere on the page, not to the eye, not to a screen reader.
  expect(await heading(page).innerText()).toBe('Your turn');
  expect((await rows(page)).every((row) => !GRADES.test(row))).toBe(true);
  expect(await page.getByRole('list', { name: 'Probability of each grade' }).count()).toBe(0);
  expect(await page.locator('canvas[data-drawn=true]').count()).toBe(0);
  expect(await agreement(page).count()).toBe(0);
  await expectAccessible(page);
  const given = 'qweqweqwee';
  for (const [at, key] of [...given].entries()) {
    await page.keyboard.press(key);
    await reading(page).locator('button[aria-pressed=true]').first().waitFor();
    await page.keyboard.press('v');
    await heading(page).filter({ hasText: GRADES }).waitFor();
    await expect
      .poll(async () => await agreement(page).innerText())
      .toContain(`You and the model: ${at + 1} film`);
    await page.keyboard.press('j');
  }
  expect(await agreement(page).innerText()).toContain('All blind.');
  const csv = await saved(page, () => worklist(page).getByRole('button', { name: 'CSV' }).click());
  const [header = '', ...lines] = csv.replace('\ufeff', '').trim().split('\r\n');
  const cells = (name: string) =>
    lines.map((line) => line.split(',')[header.split(',').indexOf(name)] ?? '');
  const [mine, model] = [cells('reader_grade'), cells('severity')];
  expect(mine.map((grade) => grade.charAt(1))).toEqual([...'ioeioeioee']);
  expect(new Set(cells('reader_blind'))).toEqual(new Set(['true']));
  const kappa = kappaOf(mine.map((grade, at) => [grade, model[at] ?? ''] as const));
  expect(new Set(cells('reader_kappa_of_list'))).toEqual(new Set([kappa.toFixed(3)]));
  expect(await agreement(page).innerText()).toContain(`weighted kappa ${kappa.toFixed(2)}`);
  await leave();
});

it('agrees by one key, scores zones, and comes back from a file', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, ...films(2));
  await expectSettled(page, 2);
  await page.keyboard.press('y');
  await reading(page).getByText('You agree with the model.').waitFor();
  await page.keyboard.press('j');
  await heading(page).filter({ hasText: GRADES }).waitFor();
  await reading(page).getByText('Zones and comment').click();
  for (const zone of 'ABCDEF') {
    const scores = reading(page).getByRole('group', { name: `Your score of zone ${zone}` });
    await scores.getByRole('radio', { name: '3' }).check();
  }
  await reading(page).getByText('18 of 18').waitFor();
  await reading(page).getByLabel('Comment').fill('Tubes, supine');
  await expectAccessible(page);
  const file = await saved(page, () =>
    reading(page).getByRole('button', { name: 'Save all readings' }).click(),
  );
  await leave();

  const again = await visit(browser, url);
  // Under another name: what counts is what is in the file.
  await chooseFile(
    again.page,
    ...films(2).map((film) => ({ ...film, name: `moved-${film.name}` })),
  );
  await expectSettled(again.page, 2);
  await reading(again.page).getByText('Zones and comment').click();
  await reading(again.page)
    .locator('input[type=file]')
    .setInputFiles({ name: 'r.json', mimeType: 'application/json', buffer: Buffer.from(file) });
  await reading(again.page).getByText('2 films read from the file.').waitFor();
  await reading(again.page).getByText('You agree with the model.').waitFor();
  await again.page.keyboard.press('j');
  await reading(again.page).getByText('18 of 18').waitFor();
  expect(await reading(again.page).getByLabel('Comment').inputValue()).toBe('Tubes, supine');
  await again.leave();
});
