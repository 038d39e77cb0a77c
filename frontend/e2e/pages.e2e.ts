import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, launch, visit } from './browser';
import { radiograph, textNamedPng } from './files';
import { startServer } from './server';
import { chooseFile, expectGraded, samples } from './steps';

const PICTURES = join(import.meta.dirname, '../../artifacts/screenshots');
const REFUSED = /Failed to load resource/;

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

describe('language', () => {
  it('is chosen, kept in the address and remembered', async () => {
    const { page, leave } = await visit(browser, url, { expectedErrors: REFUSED });
    await samples(page).first().click();
    await expectGraded(page, 'fff13f3a.png');
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ms');
    await page.getByText('Anggaran tahap keterukan').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ms');
    expect(new URL(page.url()).searchParams.get('lang')).toBe('ms');
    await page.goto(url);
    await page.getByRole('heading', { name: 'Buka radiograf dada' }).waitFor();
    // The service says what is wrong in the same language.
    await chooseFile(page, textNamedPng);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toContain('Fail ini bukan imej');
    await leave();
  });

  it('follows the browser where nothing was chosen', async () => {
    const { page, leave } = await visit(browser, url, { locale: 'zh-SG' });
    await page.getByRole('heading', { name: '打开胸片' }).waitFor();
    await page.screenshot({ path: join(PICTURES, 'empty-chinese.png') });
    await chooseFile(page, radiograph());
    await page.getByText('估计的严重程度').waitFor();
    await page.locator('canvas[data-drawn=true]').waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: join(PICTURES, 'result-chinese.png') });
    await leave();
  });
});

describe.each([
  ['dark', 360, 'en'],
  ['light', 1440, 'en'],
  ['dark', 1440, 'zh-CN'],
  ['dark', 3840, 'ms'],
] as const)('the model page, %s at %i px in %s', (theme, width, language) => {
  it('draws what was measured, with the words for it', async () => {
    const { page, leave } = await visit(browser, `${url}/?lang=${language}#/model`, {
      viewport: { width, height: 900 },
      theme,
    });
    await page.locator('#model-metrics').waitFor();
    expect(await page.locator('svg[role=img]').count()).toBe(2);
    // The figures are those of the service, as the language writes them.
    const told = (await (await fetch(`${url}/models`)).json()) as { default: string };
    const model = await (await fetch(`${url}/models/${told.default}`)).json();
    // As it is written, and not by its bits: 0.7515 is 0.752.
    const accuracy = new Intl.NumberFormat('en', { minimumFractionDigits: 3 }).format(
      model.metrics.accuracy.value,
    );
    await page
      .getByRole('cell', { name: new RegExp(`^${accuracy}`) })
      .first()
      .waitFor();
    for (const summary of await page.locator('section[aria-labelledby^=model-] summary').all()) {
      await summary.click();
    }
    await page.locator('[aria-labelledby=model-card] button').click();
    await page.locator('article[lang=en] h4').first().waitFor();
    await expectNoSidewaysScroll(page);
    // No table of figures scrolls within itself, either.
    const wider = await page
      .locator('section [role=group]:has(> table)')
      .evaluateAll((groups) => groups.filter((of) => of.scrollWidth > of.clientWidth).length);
    expect(wider).toBe(0);
    await expectAccessible(page);
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({
      path: join(PICTURES, `model-${width}-${theme}-${language}.png`),
      fullPage: true,
    });
    await leave();
  });
});

it('keeps the result while the model is looked at', async () => {
  const { page, leave } = await visit(browser, url);
  await samples(page).first().click();
  await expectGraded(page, 'fff13f3a.png');
  await page.getByText('Technical', { exact: true }).click();
  await page.getByRole('link', { name: /model card/ }).click();
  await page.locator('svg[role=img]').first().waitFor();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await page.goBack();
  await expectGraded(page, 'fff13f3a.png');
  await leave();
});

it('says so where there is no such version', async () => {
  const { page, leave } = await visit(browser, `${url}/#/model/9.9.9`, {
    expectedErrors: REFUSED,
  });
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').innerText()).toContain('There is no such model version');
  await expectAccessible(page);
  await leave();
});

it('shows its shortcuts, and lets them be switched off', async () => {
  const { page, leave } = await visit(browser, url);
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await sheet.waitFor();
  await expectAccessible(page);
  await page.screenshot({ path: join(PICTURES, 'shortcuts.png') });
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await page.keyboard.press('m');
  await page.locator('svg[role=img]').first().waitFor();
  await page.keyboard.press('a');
  await page.getByRole('heading', { name: 'Open chest radiographs' }).waitFor();
  await page.getByRole('button', { name: 'Show the keyboard shortcuts' }).click();
  await sheet.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
    'Show the keyboard shortcuts',
  );
  await page.getByRole('button', { name: 'Show the keyboard shortcuts' }).click();
  await sheet.getByRole('checkbox').check();
  await page.keyboard.press('?');
  await sheet.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
    'Show the keyboard shortcuts',
  );
  await page.getByRole('button', { name: 'Show the keyboard shortcuts' }).click();
  await sheet.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('m');
  await page.keyboard.press('?');
  expect(await sheet.count()).toBe(0);
  expect(new URL(page.url()).hash).not.toBe('#/model');
  await leave();
});

it('opens without the service, says so, and goes on once it is back', async () => {
  let own = await startServer();
  onTestFinished(() => own.stop());
  const { page, leave } = await visit(browser, own.url, {
    serviceWorkers: 'allow',
    expectedErrors: /Failed to load resource|net::ERR/,
  });
  await page.evaluate(() => navigator.serviceWorker.ready.then((kept) => kept.active?.state));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const { port } = own;
  await own.stop();
  await page.reload();
  await page.getByRole('heading', { name: 'Open chest radiographs' }).waitFor();
  await page.getByText('The service cannot be reached.').waitFor();
  await expectAccessible(page);
  await page.screenshot({ path: join(PICTURES, 'offline.png') });
  own = await startServer({ port });
  // The page notices by itself; the button is for those who will not wait (ServiceBanner.test).
  await page.getByText('The service cannot be reached.').waitFor({ state: 'detached' });
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  await leave();
});

it('can be installed', async () => {
  const { page, leave } = await visit(browser, url);
  const session = await page.context().newCDPSession(page);
  const { errors, data, url: found } = await session.send('Page.getAppManifest');
  expect(found).toBe(`${url}/manifest.webmanifest`);
  expect(errors).toEqual([]);
  const { icons } = JSON.parse(data ?? '{}') as { icons: { src: string }[] };
  for (const { src } of icons) {
    expect((await fetch(new URL(src, url))).status).toBe(200);
  }
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A private window, which every test has, is the only thing that stands against it.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
  await leave();
});
