import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PDFDocument, PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { launch, visit } from './browser';
import { radiograph } from './files';
import { chooseFile, expectGraded } from './steps';

const REPORTS = join(import.meta.dirname, '../../artifacts/reports');

const WIDTH = PDFName.of('Width');

const url = inject('service');
let browser: Browser;

beforeAll(async () => {
  mkdirSync(REPORTS, { recursive: true });
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

async function save(page: Page, menu: string, kind: RegExp) {
  await page.getByRole('button', { name: menu, exact: true }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: kind }).click();
  const file = await download;
  const content = await readFile(await file.path());
  await writeFile(join(REPORTS, file.suggestedFilename()), content);
  return { name: file.suggestedFilename(), content };
}

it('saves the result as data, as picture and as report', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');

  const json = await save(page, 'Report', /JSON/);
  expect(json.name).toBe('patient.severity.json');
  expect(JSON.parse(json.content.toString())).toMatchObject({
    input: { format: 'png' },
    brixia: { total: expect.any(Number) },
    quality: { accepted: true },
  });

  const png = await save(page, 'Report', /PNG/);
  expect(png.name).toMatch(/^patient\.(mild|moderate|severe)\.png$/);
  expect(await coloured(page, png.content)).toBeGreaterThan(0.01);

  const pdf = await save(page, 'Report', /PDF/);
  expect(pdf.name).toBe('patient.severity.pdf');
  const document = await PDFDocument.load(pdf.content);
  expect(document.getPageCount()).toBe(1);
  expect(document.getTitle()).toBe('Estimated COVID-19 severity from a chest radiograph');
  await page.getByText('Saved patient.severity.pdf.').waitFor();
  await leave();
});

it.each([
  ['ms', 'Laporan', 'ms-MY', 'Anggaran tahap keterukan COVID-19 daripada radiograf dada'],
  ['zh-CN', '报告', 'zh-CN', '由胸片估计的 COVID-19 严重程度'],
])('writes the report in %s', async (language, menu, locale, title) => {
  const { page, leave } = await visit(browser, `${url}/?lang=${language}`);
  await chooseFile(page, radiograph(`${language}-胸片.png`));
  const pdf = await save(page, menu, /PDF/);
  const document = await PDFDocument.load(pdf.content);
  expect(document.getTitle()).toBe(title);
  expect(document.getLanguage()).toBe(locale);
  // Of letters that no standard font has: a picture that carries its words.
  const pictures = document.context
    .enumerateIndirectObjects()
    .filter(([, object]) => object instanceof PDFRawStream && object.dict.has(WIDTH));
  expect(pictures.length).toBeGreaterThan(language === 'zh-CN' ? 20 : 1);
  await leave();
});

/** Share of the picture's pixels that are not grey: the heatmap has survived. */
async function coloured(page: Page, png: Buffer): Promise<number> {
  return page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      const context = canvas.getContext('2d');
      context?.drawImage(image, 0, 0);
      const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        count += Math.abs((data[at] ?? 0) - (data[at + 2] ?? 0)) > 24 ? 1 : 0;
      }
      return (4 * count) / data.length;
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
}
