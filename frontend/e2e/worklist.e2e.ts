import { readFile } from 'node:fs/promises';
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { expectAccessible, launch, visit } from './browser';
import { hugePng, radiograph, textNamedPng, tooLarge, type Upload } from './files';
import { startServer } from './server';
import { chooseFile, expectSettled, rows, worklist } from './steps';

const REFUSED = /Failed to load resource/;

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const named = (file: Upload, name: string): Upload => ({ ...file, name });

describe('a batch of twenty with three broken files', () => {
  const batch = [
    ...Array.from({ length: 17 }, (_, at) => radiograph(`film-${at + 1}.png`, at % 8)),
    textNamedPng,
    named(tooLarge, 'too-large.tif'),
    hugePng(),
  ];

  it('grades the others, says what is wrong with these, and leaves as CSV', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: REFUSED });
    const flying = { now: 0, most: 0 };
    page.on('request', (request) => {
      flying.now += request.url().includes('/predict') ? 1 : 0;
      flying.most = Math.max(flying.most, flying.now);
    });
    const landed = (request: { url: () => string }) => {
      flying.now -= request.url().includes('/predict') ? 1 : 0;
    };
    page.on('requestfinished', landed);
    page.on('requestfailed', landed);
    await chooseFile(page, ...batch);
    await worklist(page).waitFor();
    await expectAccessible(page);
    await expectSettled(page, 20);
    expect(flying.most).toBeLessThanOrEqual(4);
    const told = (await rows(page)).map((row) => row.replace(/\s+/g, ' '));
    expect(told.filter((row) => /^film-\d+\.png (Mild|Moderate|Severe) \d/.test(row))).toHaveLength(
      17,
    );
    expect(told.slice(17)).toEqual([
      'notes.png The file is not an image',
      'too-large.tif The file is too large',
      'huge.png The image has too many pixels',
    ]);

    await worklist(page).getByRole('button', { name: 'Grade', exact: true }).click();
    const grades = (await rows(page)).flatMap((row) => /Mild|Moderate|Severe/.exec(row) ?? []);
    const rank = (grade: string) => ['Severe', 'Moderate', 'Mild'].indexOf(grade);
    expect(grades).toEqual(grades.toSorted((one, other) => rank(one) - rank(other)));
    await worklist(page).getByRole('button', { name: 'Failed 3' }).click();
    expect(await rows(page)).toHaveLength(3);
    await worklist(page).getByRole('button', { name: 'All 20' }).click();
    await worklist(page).getByLabel('Find by name').fill('huge');
    expect(await rows(page)).toHaveLength(1);

    const saved = async (button: string) => {
      const download = page.waitForEvent('download');
      await worklist(page).getByRole('button', { name: button }).click();
      const file = await download;
      return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
    };
    const csv = await saved('CSV');
    expect(csv.name).toMatch(/^severity-\d{4}-\d\d-\d\d-\d{4}\.csv$/);
    const lines = csv.text.trim().split('\r\n');
    expect(lines).toHaveLength(21);
    expect(lines[1]).toMatch(
      /^,film-1\.png,done,,,,[\d:.TZ-]+,(mild|moderate|severe),[01]\.\d{3},/,
    );
    expect(lines[18]).toMatch(/^,notes\.png,failed,.*,not-an-image$/);
    const json = await saved('JSON');
    expect(JSON.parse(json.text)).toHaveLength(20);
    expect(json.text).not.toContain('data:image');

    await expectAccessible(page);
    const asked = page.waitForEvent('dialog');
    // Never comes to an end: that is what the question is for.
    page.reload().catch(() => undefined);
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    expect(await rows(page)).toHaveLength(1);
    await leave();
  });
});

it('cancels, and goes on by itself when a service that stopped is back', async () => {
  let own = await startServer();
  onTestFinished(() => own.stop());
  const { page, leave } = await visit(browser, own.url, { expectedErrors: REFUSED });
  await chooseFile(page, radiograph('first.png', 0), radiograph('second.png', 1));
  await expectSettled(page, 2);
  const { port } = own;
  await own.stop();
  const more = Array.from({ length: 4 }, (_, at) => radiograph(`more-${at}.png`, at));
  await chooseFile(page, ...more);
  await worklist(page).getByText('No answer from the service').waitFor();
  await worklist(page)
    .getByText(/^The queue goes on in \d+ seconds?\.$/)
    .waitFor();
  await expectAccessible(page);
  // What was graded is still there.
  expect((await rows(page)).slice(0, 2).every((row) => /Mild|Moderate|Severe/.test(row))).toBe(
    true,
  );
  await page.getByRole('button', { name: 'Cancel more-3.png' }).dispatchEvent('click');
  own = await startServer({ port });
  await worklist(page)
    .getByRole('button', { name: 'Go on now' })
    .click({ timeout: 2_000 })
    .catch(() => undefined);
  await expect
    .poll(async () => (await rows(page)).filter((row) => /Mild|Moderate|Severe/.test(row)).length)
    .toBe(5);
  expect((await rows(page)).at(-1)).toContain('Cancelled');
  await page.getByRole('button', { name: 'Try more-3.png again' }).dispatchEvent('click');
  await expectSettled(page, 6);
  expect((await rows(page)).at(-1)).toMatch(/Mild|Moderate|Severe/);
  await leave();
});

it('rests as long as a busy service asks', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: REFUSED });
  let busy = true;
  let refused = 0;
  await page.route('**/predict*', (route) => {
    refused += busy ? 1 : 0;
    return busy
      ? route.fulfill({
          status: 503,
          headers: { 'Retry-After': '5', 'Content-Type': 'application/problem+json' },
          body: JSON.stringify({ title: 'The service is busy', status: 503, code: 'busy' }),
        })
      : route.continue();
  });
  await chooseFile(page, radiograph('one.png', 0), radiograph('two.png', 1));
  await worklist(page)
    .getByText(/^The queue goes on in [2-5] seconds\.$/)
    .waitFor();
  busy = false;
  await expectSettled(page, 2);
  expect(refused).toBe(2);
  await leave();
});

it('is worked by keyboard alone', async () => {
  const { page, leave } = await visit(browser, url);
  page.on('filechooser', (dialogue) =>
    dialogue.setFiles([0, 1, 2].map((at) => radiograph(`film-${at}.png`, at))),
  );
  await page.getByRole('button', { name: 'Choose files' }).focus();
  await page.keyboard.press('Enter');
  await expectSettled(page, 3);
  const current = () => worklist(page).locator('[aria-current=true]').first().innerText();
  expect(await current()).toContain('film-0.png');
  await page.keyboard.press('j');
  expect(await current()).toContain('film-1.png');
  const focused = () => page.evaluate(() => document.activeElement?.id ?? '');
  expect(await focused()).toBe('film-2');
  await page.keyboard.press('k');
  expect(await current()).toContain('film-0.png');
  await page.keyboard.press('c');
  await page.getByRole('heading', { name: 'Two films side by side' }).waitFor();
  await page.keyboard.press('c');
  await page
    .getByRole('heading', { name: 'Two films side by side' })
    .waitFor({ state: 'detached' });
  // One stop for the whole list, then its row's buttons.
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
    'Remove film-0.png from the list',
  );
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await rows(page)).length).toBe(2);
  // The row went with its button: the focus is in the one beside it.
  expect(await focused()).toBe('film-2');
  await leave();
});

it('hides nothing of what came out behind the buttons of a row', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, radiograph('one.png'), radiograph('other.png', 1));
  await expectSettled(page, 2);
  const row = worklist(page).locator('tr[data-status=done]').last();
  const box = async (part: Locator) => {
    const found = await part.boundingBox();
    expect(found?.width).toBeGreaterThan(0);
    return found ?? { x: 0, width: 0 };
  };
  await row.hover();
  const compare = row.getByRole('button', { name: /^Compare/ });
  const remove = await box(row.getByRole('button').last());
  const [name, severity] = [row.locator('td').nth(0), row.locator('td').nth(1)];
  expect(remove.x + remove.width).toBeLessThanOrEqual((await box(severity)).x);
  // They lie over the end of the name, and still take the click.
  expect((await box(compare)).x).toBeGreaterThan((await box(name)).x);
  await compare.click();
  await page
    .getByRole('button', { name: /^Compare/, pressed: true })
    .first()
    .waitFor();
  await leave();
});

it('opens a dropped folder, and says what a folder or the clipboard lacks', async () => {
  const { page, leave } = await visit(browser, url);
  const bytes = radiograph().buffer.toString('base64');
  await page.evaluate((base64) => {
    const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const fileEntry = (path: string) => ({
      isFile: true,
      isDirectory: false,
      name: path.split('/').at(-1),
      fullPath: `/${path}`,
      file: (done: (file: File) => void) => done(new File([content], path)),
    });
    const folder = (name: string, entries: object[]) => ({
      isFile: false,
      isDirectory: true,
      name,
      fullPath: `/${name}`,
      createReader: () => {
        const portions = [entries, []];
        return { readEntries: (done: (entries: object[]) => void) => done(portions.shift() ?? []) };
      },
    });
    const entries = [
      folder('study', [
        fileEntry('study/a.png'),
        fileEntry('study/Thumbs.db'),
        fileEntry('study/b.png'),
      ]),
      folder('nothing', []),
    ];
    const files = [new File([content], 'study'), new File([content], 'nothing')];
    const items = entries.map((entry) => ({ webkitGetAsEntry: () => entry }));
    const event = new DragEvent('drop', { bubbles: true, cancelable: true });
    Object.defineProperty(event, 'dataTransfer', { value: { types: ['Files'], files, items } });
    document.body.dispatchEvent(event);
  }, bytes);
  await expectSettled(page, 2);
  expect((await rows(page)).map((row) => row.split('\n')[0])).toEqual([
    'study/a.png',
    'study/b.png',
  ]);
  await page
    .getByText(/The folder “nothing” holds no files.*1 file left out that is no film/)
    .first()
    .waitFor();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', 'Findings: none');
    const init = { bubbles: true, cancelable: true, clipboardData: data };
    document.body.dispatchEvent(new ClipboardEvent('paste', init));
  });
  await page
    .getByText(/^The clipboard holds no image/)
    .first()
    .waitFor();
  expect(await rows(page)).toHaveLength(2);
  await leave();
});
