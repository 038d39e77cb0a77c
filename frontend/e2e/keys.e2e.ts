import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll, launch, visit } from './browser';
import { radiograph } from './files';
import { COMMAND, type Server, startServer } from './server';
import { chooseFile, expectGraded, expectSettled, rows } from './steps';

const REFUSED = /Failed to load resource/;

let browser: Browser;
let service: Server;
let key: string;

beforeAll(async () => {
  const env = { CXR_KEYS: join(inject('films'), 'keys.json') };
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const said = execFileSync(COMMAND, ['keys', 'add', 'reader'], options);
  key = /cxr_[\w-]+/.exec(said)?.[0] ?? '';
  expect(key).toHaveLength(56);
  service = await startServer({ env });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

it('asks for a key where the service does, goes on with it, and leaves it nowhere', async () => {
  const { page, leave } = await visit(browser, service.url, {
    expectedErrors: REFUSED,
    serviceWorkers: 'allow',
  });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  const field = page.getByLabel('API key', { exact: true });
  await field.waitFor();
  await chooseFile(page, radiograph('one.png', 1), radiograph('two.png', 2));
  await page.getByRole('alert').getByText('The service asks for an API key').waitFor();
  await expectAccessible(page);
  await field.fill(`${key.slice(0, -1)}~`);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByText('This key is not accepted').waitFor();
  await field.fill(key);
  await field.press('Enter');
  await expectGraded(page, 'one.png');
  await expectSettled(page, 2);
  expect(await rows(page)).toHaveLength(2);
  expect(await field.count()).toBe(0);

  // What is saved, by the page and by the service, and the model's figures and card.
  const saved: string[] = [];
  for (const form of ['Data (JSON)', 'FHIR bundle']) {
    await page.getByRole('button', { name: 'Report', exact: true }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: form, exact: true }).click();
    saved.push(await readFile(await (await saving).path(), 'utf8'));
  }
  expect(saved[1]).toContain('"Bundle"');
  await page.getByRole('link', { name: 'Model', exact: true }).click();
  await page.locator('[aria-labelledby=model-card] button').click();
  await page.locator('article[lang=en] h4').first().waitFor();

  const left = await page.evaluate(async () => {
    const kept: string[] = [];
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        kept.push(request.url, ...[...request.headers].flat());
        kept.push((await (await cache.match(request))?.text()) ?? '');
      }
    }
    return [...kept, JSON.stringify({ ...localStorage }), document.cookie, location.href].join(' ');
  });
  const secret = key.slice(-43);
  for (const told of [left, ...saved, service.log(), await page.content()]) {
    expect(told).not.toContain(secret);
  }

  // A reload asks for nothing; another tab would be asked.
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${service.url}/?lang=ms`);
  await page.getByRole('heading', { name: 'Buka radiograf dada' }).waitFor();
  await chooseFile(page, radiograph('one.png', 1));
  await page.getByText('Anggaran tahap keterukan').waitFor();
  await page.setViewportSize({ width: 320, height: 640 });
  await page.getByRole('button', { name: 'Tukar atau lupakan kunci API' }).click();
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Lupakan kunci', exact: true }).click();
  await chooseFile(page, radiograph('three.png', 3));
  await page.getByText('Perkhidmatan ini perlu tahu siapa yang memanggilnya').waitFor();
  await leave();
});
