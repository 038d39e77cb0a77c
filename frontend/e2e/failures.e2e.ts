import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import { launch, visit } from './browser';
import { radiograph, textNamedPng, tooLarge } from './files';
import { startServer } from './server';
import { chooseFile, expectGraded, filmCanvas, hand, heading, samples } from './steps';

const REFUSED = /Failed to load resource/;

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

it('says what is wrong with a file, and shows no result of another', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: REFUSED });
  await samples(page).first().click();
  await expectGraded(page, 'fff13f3a.png');
  await chooseFile(page, textNamedPng);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.innerText()).toContain('The file is not an image');
  expect(await alert.innerText()).toContain('the radiograph itself');
  // The words say enough.
  expect(await page.getByText('not-an-image').count()).toBe(0);
  expect(await heading(page).innerText()).toBe('No result');
  expect(await page.getByText('Estimated severity').count()).toBe(0);
  expect(await page.locator('canvas').count()).toBe(0);
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  await leave();
});

it('does not send a file over the limit', async () => {
  const { page, leave } = await visit(browser, url);
  let sent = 0;
  page.on('request', (request) => {
    sent += request.url().includes('/predict') ? 1 : 0;
  });
  await chooseFile(page, tooLarge);
  expect(await page.getByRole('alert').innerText()).toContain('The file is too large');
  expect(sent).toBe(0);
  await leave();
});

it('cancels, and lets a newer file overtake an older one', async () => {
  const { page, leave } = await visit(browser, url);
  let hold = true;
  await page.route('**/predict*', (route) => (hold ? undefined : route.continue()));
  await chooseFile(page, radiograph('first.png', 1));
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Choose files' }).waitFor();
  await chooseFile(page, radiograph('second.png', 2));
  await page.getByRole('heading', { name: 'Analysing' }).waitFor();
  hold = false;
  await hand(page, 'drop', radiograph('third.png', 3));
  await expectGraded(page, 'third.png');
  await leave();
});

it('tells when the service is gone, and goes on when it is back', async () => {
  let own = await startServer();
  onTestFinished(() => own.stop());
  const { page, leave } = await visit(browser, own.url, { expectedErrors: REFUSED });
  await samples(page).first().click();
  await expectGraded(page, 'fff13f3a.png');
  const { port } = own;
  await own.stop();
  await chooseFile(page, radiograph());
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.innerText()).toContain('No answer from the service');
  // What went wrong is said once, and the film is there to be read meanwhile.
  await page.getByText('The service cannot be reached.').waitFor();
  expect(await page.getByText(/cannot be reached/).count()).toBe(1);
  await page.getByRole('application', { name: 'Viewport of patient.png' }).waitFor();
  await filmCanvas(page).waitFor();
  await page.getByRole('region', { name: 'Your reading' }).waitFor();
  own = await startServer({ port });
  // The queue goes on by itself too, and may have done so already.
  await page
    .getByRole('button', { name: 'Try again' })
    .click({ timeout: 2_000 })
    .catch(() => undefined);
  await expectGraded(page, 'patient.png');
  await leave();
});

it('tells when the service has no model yet', async () => {
  const weights = await mkdtemp(join(tmpdir(), 'no-weights-'));
  const empty = await startServer({ env: { CXR_WEIGHTS: weights }, up: '/health/live' });
  try {
    const { page, leave } = await visit(browser, empty.url, { expectedErrors: REFUSED });
    await samples(page).first().click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toContain('The service is not ready');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await leave();
  } finally {
    await empty.stop();
    await rm(weights, { recursive: true });
  }
});
