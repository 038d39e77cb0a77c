import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PDFDocument, PDFName, PDFRawStream, type PDFRef } from '@cantoo/pdf-lib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { expectAccessible, launch, visit } from './browser';
import { film, radiograph, textNamedPng } from './files';
import { chooseFile, expectGraded, expectSettled, worklist } from './steps';

const REPORTS = join(import.meta.dirname, '../../artifacts/reports');

const WIDTH = PDFName.of('Width');
const HEIGHT = PDFName.of('Height');

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
    file: 'patient.png',
    repair: null,
  });

  const png = await save(page, 'Report', /PNG/);
  // Named after the map that it shows.
  expect(png.name).toBe('patient.opacity.png');
  expect(await coloured(page, png.content)).toBeGreaterThan(0.01);

  const pdf = await save(page, 'Report', /PDF/);
  expect(pdf.name).toBe('patient.severity.pdf');
  const document = await PDFDocument.load(pdf.content);
  expect(document.getPageCount()).toBe(1);
  expect(document.getTitle()).toBe('Estimated COVID-19 severity from a chest radiograph');
  // The plain film beside the one under its map.
  expect(pictures(document)).toHaveLength(2);
  await page.getByText('Saved patient.severity.pdf.').waitFor();
  // It lies over the film's tools, and takes no click from them.
  for (const tool of ['Zoom in', 'Rotate by 90°', 'Reset the view']) {
    await page.getByRole('button', { name: tool }).click();
  }
  await leave();
});

it('takes a result along as the systems of a hospital read it', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, film('visit-1.dcm'));
  await expectGraded(page, 'visit-1.dcm');
  const bundle = await save(page, 'Report', /^FHIR/);
  expect(bundle.name).toBe('visit-1.fhir.json');
  expect(JSON.parse(bundle.content.toString())).toMatchObject({ resourceType: 'Bundle' });
  const sr = await save(page, 'Report', /^DICOM structured report/);
  expect(sr.name).toBe('visit-1.sr.dcm');
  expect(sr.content.subarray(128, 132).toString()).toBe('DICM');
  // Comprehensive SR or a kin of it, by its SOP class.
  expect(sr.content.includes('1.2.840.10008.5.1.4.1.1.88.')).toBe(true);
  await leave();
});

it('says why a film has no structured report', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: /Failed to load resource/ });
  // Without UIDs, by which a report could name it.
  await chooseFile(page, film('implicit.dcm'));
  await expectGraded(page, 'implicit.dcm');
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await page.getByRole('button', { name: /^DICOM structured report/ }).click();
  await page.getByRole('alert').filter({ hasText: 'The DICOM object lacks its UIDs' }).waitFor();
  await expectAccessible(page);
  await leave();
});

it('takes the words of a person along, as text and on paper', async () => {
  const { page, leave } = await visit(browser, url, {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  const impression = page.getByLabel('Impression');
  expect(await impression.inputValue()).toMatch(/^Estimated severity (mild|moderate|severe) \(/);
  await impression.fill('Clear, as on Monday.');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Copy as text' }).click();
  await page.getByText('Copied.').waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toContain('Impression: Clear, as on Monday.');
  expect(text).toContain('Research software.');
  await page.emulateMedia({ media: 'print' });
  const seen = (name: string) => page.getByRole('button', { name }).filter({ visible: true });
  expect(await seen('Report').count()).toBe(0);
  expect(await page.getByRole('toolbar').filter({ visible: true }).count()).toBe(0);
  await page.getByRole('heading', { level: 1 }).filter({ visible: true }).waitFor();
  await page.locator('canvas').first().filter({ visible: true }).waitFor();
  // Which film, when and by what; its colours' scale; what was said of it, and no form for that.
  const paper = page.locator('[data-print=only]').filter({ hasText: 'SHA-256' });
  expect(await paper.innerText()).toMatch(/Graded\s.*\d{4}[\s\S]*Model\s+cxr-severity \d/);
  expect(await paper.innerText()).toContain('Impression: Clear, as on Monday.');
  await page.getByText('Probability of opacity').filter({ visible: true }).waitFor();
  expect(
    await page.locator('main').locator('button, input, textarea').filter({ visible: true }).count(),
  ).toBe(0);
  // On A4, what is said stands beneath the film, not over it.
  await page.setViewportSize({ width: 794, height: 1123 });
  const film = await page.locator('canvas').first().boundingBox();
  const said = await page.getByText('Estimated severity', { exact: true }).boundingBox();
  expect((film?.y ?? 0) + (film?.height ?? 0)).toBeLessThanOrEqual(said?.y ?? 0);
  await leave();
});

it('reports a list: a table of all, a page with pictures for each that was graded', async () => {
  const { page, leave } = await visit(browser, url, { expectedErrors: /Failed to load resource/ });
  await chooseFile(page, radiograph('one.png', 0), radiograph('two.png', 3), textNamedPng);
  await expectSettled(page, 3);
  const download = page.waitForEvent('download');
  await worklist(page).getByRole('button', { name: 'PDF' }).click();
  const content = await readFile(await (await download).path());
  await writeFile(join(REPORTS, 'list.pdf'), content);
  const document = await PDFDocument.load(content);
  expect(document.getPageCount()).toBe(3);
  expect(pictures(document)).toHaveLength(4);
  await leave();
});

it('keeps its menu on the screen of a phone', async () => {
  const { page, leave } = await visit(browser, url, { viewport: { width: 360, height: 740 } });
  await chooseFile(page, radiograph());
  await expectGraded(page, 'patient.png');
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  const words = await page.getByLabel('Impression').boundingBox();
  expect(words?.x).toBeGreaterThan(0);
  expect((words?.x ?? 0) + (words?.width ?? 0)).toBeLessThan(360);
  await leave();
});

it('prints films as fine and as large as the sheet lets them, alone and beside one another', async () => {
  const { page, leave } = await visit(browser, url);
  await chooseFile(page, film('visit-1.dcm'), film('visit-2.dcm'));
  await expectSettled(page, 2);
  const printed = async () => {
    const document = await PDFDocument.load(await page.pdf({ format: 'A4' }));
    return pictures(document).map(([, picture]) =>
      [WIDTH, HEIGHT].map((side) => Number(picture.dict.get(side)?.toString())).join('×'),
    );
  };
  await page.locator('canvas[data-drawn=true]').waitFor();
  const alone = await printed();
  expect(alone).toContain('2016×1068');
  // Also while the list has its place on the screen, and with all that lies on it.
  const wide = worklist(page).getByRole('button', { name: 'Wide' });
  await wide.click();
  expect(await printed()).toEqual(alone);
  await wide.click();
  await page.getByRole('button', { name: 'Compare with visit-2.dcm' }).click();
  await expect.poll(() => page.locator('canvas[data-drawn=true]').count()).toBe(2);
  expect(await printed()).toContain('1008×900');
  // And then the screen has its own again.
  await expect.poll(() => page.locator('canvas[data-shown=true]').count()).toBe(2);
  await leave();
});

/** What a document holds of pictures. */
const pictures = (document: PDFDocument) =>
  document.context
    .enumerateIndirectObjects()
    .filter(
      (entry): entry is [PDFRef, PDFRawStream] =>
        entry[1] instanceof PDFRawStream && entry[1].dict.has(WIDTH),
    );

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
  expect(pictures(document).length).toBeGreaterThan(language === 'zh-CN' ? 20 : 2);
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
