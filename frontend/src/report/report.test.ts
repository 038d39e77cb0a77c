import { PDFDocument } from '@cantoo/pdf-lib';
import { describe, expect, it, vi } from 'vitest';
import { en, loadCatalogue } from '../i18n/catalogue';
import { prediction, study } from '../lib/fixtures';
import { type Graded, reportContent } from './content';
import { reportPdf } from './pdf';
import { captionOf } from './picture';
import { saveReport } from './save';
import { Sheet } from './sheet';
import { summaryRows } from './summary';
import { reportText } from './text';

// jsdom draws nothing: what needs a canvas is tested in Chromium (`e2e/report.e2e.ts`).
const graded = (changes: Partial<Graded['prediction']> = {}): Graded => ({
  name: 'chest.png',
  prediction: { ...prediction('severe'), explanation: null, ...changes },
  gradedAt: new Date(2026, 10, 23, 14, 5),
  date: '2020-03-17',
  view: 'AP',
  study: study(),
});

const finding = {
  code: 'lungs-cut-off',
  level: 'warn',
  message: 'From the service.',
  value: 0.2,
  limit: 0.1,
} as const;

describe('what a report says', () => {
  it('names grade, plausible grades and who should decide', () => {
    const content = reportContent(
      graded({ prediction_set: ['moderate', 'severe'], refer: true }),
      en,
    );
    expect(content.grade).toBe('Severe');
    expect(content.plausible.grades).toBe('Moderate and Severe');
    expect(content.plausible.advice).toContain('Refer to a radiologist');
    expect(content.probabilities.map(({ text }) => text)).toEqual(['10%', '10%', '80%']);
    expect(content.brixia.rows[0]).toEqual({ height: 'Upper', right: 'A  0.3', left: 'D  0.5' });
    // It may have been asked for in vain.
    expect(content.heatmap).toEqual(['This report holds no heatmap.']);
    expect(Object.fromEntries(content.facts)).toMatchObject({
      File: 'chest.png',
      'Date of the film': '17 Mar 2020',
      View: 'AP',
      Graded: '23 Nov 2026, 14:05',
      Model: 'cxr-severity 1.0.0',
    });
  });

  it('begins with what the result amounts to, until a person says it otherwise', () => {
    const changes = { prediction_set: ['moderate', 'severe'] as const, refer: true };
    const brixia = { ...prediction('severe').brixia, interval: [4.5, 9.25] as [number, number] };
    const result = graded({ ...changes, prediction_set: [...changes.prediction_set], brixia });
    expect(reportContent(result, en).impression).toBe(
      'Estimated severity severe (80%); estimated Brixia score 7.3 of 18, 90% interval 4.5 to 9.3. Still plausible: Moderate and Severe.',
    );
    const mine = { ...result, impression: 'No change since Monday.' };
    expect(reportContent(mine, en).impression).toBe('No change since Monday.');
  });

  it('says of an impression that it was written for the result of another version', () => {
    const mine = { ...graded(), impression: 'Severity moderate. I agree.', writtenFor: '0.9.0' };
    const words =
      'Severity moderate. I agree.\nWritten for the result of version 0.9.0 of the model.';
    expect(reportContent(mine, en).impression).toBe(words);
    expect(reportText(mine, en)).toContain(words);
    for (const writtenFor of ['1.0.0', null]) {
      const { impression } = reportContent({ ...mine, writtenFor }, en);
      expect(impression).toBe('Severity moderate. I agree.');
    }
    const turned = { ...mine, writtenFor: '1.0.0', writtenOf: 'cd' };
    expect(reportContent(turned, en).impression).toBe(
      'Severity moderate. I agree.\nWritten for another picture of this film.',
    );
    // Its own words are of its own result.
    const own = reportContent({ ...mine, impression: null }, en).impression;
    expect(own).not.toContain('0.9.0');
  });

  it('is text as well, with the reader beside the model', () => {
    const reading = {
      grade: null,
      zones: { A: 1, B: 1, C: 1, D: 1, E: 1, F: 1 },
      comment: 'Supine',
      blind: true,
      at: '',
    };
    const text = reportText({ ...graded(), reading }, en);
    expect(text).toContain('Date of the film: 17 Mar 2020');
    expect(text).toContain(
      'Reader: Moderate · 6 of 18 · zones A 1, B 1, C 1, D 1, E 1, F 1 · Scored blind. · Supine',
    );
    expect(text).toContain('Severe (80% model confidence)');
    expect(text).not.toContain('Refer to');
    const referred = graded({ refer: true });
    const { advice } = reportContent(referred, en).plausible;
    expect(advice).toContain('Refer to');
    expect(reportText(referred, en)).toContain(`\n${advice}\n`);
    expect(text.trim().endsWith(en.report.disclaimer)).toBe(true);
  });

  it('has a line for every film of a list, graded or not', () => {
    const refused = [{ name: 'side.png', date: '', reason: 'Not judged: lies on its side' }];
    const { header, rows } = summaryRows([graded({ refer: true })], refused, en);
    expect(header).toHaveLength(6);
    expect(rows).toEqual([
      { severity: 'severe', cells: ['chest.png', '17 Mar 2020', 'Severe', '80%', '7.3', 'refer'] },
      { severity: null, cells: ['side.png', '', 'Not judged: lies on its side'] },
    ]);
  });

  it('says of a list that several versions graded it, and which graded each film', () => {
    const older = graded();
    const newer = graded({ model: { name: 'cxr-severity', version: '2.0.0' } });
    const { rows, versions } = summaryRows([older, newer], [], en);
    expect(versions).toBe(
      'These films were graded by versions 1.0.0 and 2.0.0 of the model: compare grades of one version only.',
    );
    expect(rows.map(({ cells }) => cells.at(-1))).toEqual(['Model 1.0.0', 'Model 2.0.0']);
    expect(summaryRows([older, older], [], en)).toMatchObject({ versions: '' });
  });

  it('tells findings in the language of the report, and unknown ones as they came', async () => {
    const unknown = { ...finding, code: 'of-tomorrow' as typeof finding.code };
    const quality = { accepted: true, findings: [finding, unknown] };
    expect(reportContent(graded({ quality }), en).quality.lines).toEqual([
      'With care: A part of the lungs may lie outside the picture.',
      'With care: From the service.',
    ]);
    const zh = await loadCatalogue('zh-CN');
    expect(reportContent(graded({ quality }), zh).quality.lines[0]).toContain('肺野');
  });

  it('speaks of the map that the picture shows', () => {
    const judged = prediction('severe').explanation;
    if (!judged) {
      throw new Error('the fixture explains nothing');
    }
    const one = graded({ explanation: { ...judged, opacity: null } });
    expect(reportContent(one, en).heatmap[0]).toMatch(/^Grad-CAM/);
    expect(captionOf(one, en).join()).toContain('Grad-CAM');
    const zones = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 1 };
    const opacity = { map: 'data:,', of_lungs: 0.2, of_zones: zones };
    const both = graded({ explanation: { ...judged, opacity, low_signal: true } });
    expect(reportContent(both, en).heatmap).toEqual([en.viewer.aboutLayer.opacity]);
    expect(reportContent(both, en).scale).toEqual(['0%', '100%']);
    expect(reportContent(graded(), en).scale).toBeNull();
    expect(captionOf(both, en).join()).not.toContain('Grad-CAM');
    // Of a picture as shown: the map that is drawn there, or none.
    expect(captionOf(both, en, 'grad-cam').join()).toContain('Grad-CAM');
    expect(captionOf(both, en, null).join()).not.toMatch(/Grad-CAM|Opacity seen/);
  });

  it('takes the referral and what asks for care along with the picture', () => {
    const quality = { accepted: true, findings: [finding] };
    const unsure = { prediction_set: ['moderate' as const, 'severe' as const], refer: true };
    const lines = captionOf(graded({ ...unsure, quality }), en);
    expect(lines).toContain('Moderate or severe: let a person decide.');
    expect(lines).toContain('With care: A part of the lungs may lie outside the picture.');
    expect(captionOf(graded(), en).join()).not.toMatch(/let a person|With care/);
  });

  it("keeps the score's interval when the reader writes the impression", () => {
    const brixia = { ...prediction('severe').brixia, interval: [4.5, 9.25] as [number, number] };
    const mine = { ...graded({ brixia }), impression: 'No change.' };
    expect(reportContent(mine, en).brixia.interval).toBe('90% interval: 4.5 to 9.3');
    expect(reportText(mine, en)).toContain('90% interval: 4.5 to 9.3');
    expect(reportContent(graded(), en).brixia.interval).toBe('');
  });

  it('names what asks for care beneath the films of a list', () => {
    const quality = { accepted: true, findings: [finding] };
    const { rows } = summaryRows([graded({ quality }), graded()], [], en);
    const care = ['With care: A part of the lungs may lie outside the picture.'];
    expect(rows.map((row) => row.care)).toEqual([care, undefined]);
  });

  it('calls no grade plausible of a film that is not fit for a judgement', () => {
    const quality = { accepted: false, findings: [{ ...finding, level: 'reject' as const }] };
    expect(reportContent(graded({ quality }), en).plausible.advice).toBe('');
    expect(reportContent(graded(), en).plausible.advice).toBe(en.report.sure);
    const refer = reportContent(graded({ quality, refer: true }), en).plausible.advice;
    expect(refer).toBe(en.report.refer);
  });

  it('marks a grade that was forced', () => {
    const quality = { accepted: false, findings: [{ ...finding, level: 'reject' as const }] };
    expect(reportContent(graded({ quality }), en).quality.lines[0]).toMatch(/^Not fit/);
    expect(reportContent(graded({ quality }), en).forced).toHaveLength(2);
    expect(reportContent(graded(), en).forced).toEqual([]);
    expect(captionOf(graded({ quality }), en)[0]).toMatch(/^Not fit/);
  });
});

describe('the PDF', () => {
  const read = async (blob: Blob) =>
    PDFDocument.load(
      await new Promise<ArrayBuffer>((done) => {
        const reader = new FileReader();
        reader.onload = () => done(reader.result as ArrayBuffer);
        reader.readAsArrayBuffer(blob);
      }),
    );

  it('has a table of several and a page for each, and says what it is and in which language', async () => {
    const made = vi.fn();
    const document = await read(await reportPdf([graded(), graded()], en, 'en', [], made));
    // Each is told once it is there.
    expect(made.mock.calls).toEqual([[1], [2]]);
    expect(document.getPageCount()).toBe(3);
    expect(document.getTitle()).toBe(en.report.title);
    expect(document.getLanguage()).toBe('en-GB');
  });

  it('counts hidden films of a list apart from those without a grade', async () => {
    const table = vi.spyOn(Sheet.prototype, 'table');
    const without = { name: 'side.png', date: '', reason: 'Queued' };
    const refused = [without, { ...without, hidden: true }, { ...without, hidden: true }];
    await reportPdf([graded()], en, 'en', refused);
    await reportPdf([graded()], en, 'en', [without]);
    expect(table.mock.calls.map(([, subtitle]) => subtitle)).toEqual([
      '1 graded, 1 without a grade, 2 hidden.',
      '1 graded, 1 without a grade.',
    ]);
  });

  it('goes on overleaf where the findings are many', async () => {
    const findings = Array.from({ length: 60 }, () => finding);
    const pdf = await reportPdf([graded({ quality: { accepted: true, findings } })], en, 'en');
    expect((await read(pdf)).getPageCount()).toBe(2);
  });
});

describe('a saved file', () => {
  /** What the browser is told to save: its name and what it holds. */
  const saved = async (kind: 'json' | 'png', of: Graded) => {
    let blob = new Blob();
    URL.createObjectURL = (made) => {
      blob = made as Blob;
      return 'blob:test/saved';
    };
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue();
    return { name: await saveReport(kind, of, en, 'en'), text: await textOf(blob) };
  };
  const textOf = (blob: Blob) =>
    new Promise<string>((done) => {
      const reader = new FileReader();
      reader.onload = () => done(String(reader.result));
      reader.readAsText(blob);
    });

  it('of data says what was done to the picture, and what was read, beside the answer', async () => {
    const repair = { turned: 90, inverted: true } as const;
    const reading = { grade: null, zones: {}, comment: 'Supine', blind: false, at: '' };
    const { name, text } = await saved('json', { ...graded(), repair, reading });
    expect(name).toBe('chest.severity.json');
    const file = 'chest.png';
    const impression = null;
    const { date, view, gradedAt, prediction: answer } = graded();
    const film = { file, date, view, graded_at: gradedAt.toISOString() };
    expect(JSON.parse(text)).toEqual({
      ...film,
      ...answer,
      repair,
      reading,
      impression,
      impression_model_version: null,
      impression_sha256: null,
    });
    const plain = JSON.parse((await saved('json', graded())).text);
    expect(plain).toMatchObject({ repair: null, reading: null });
    const words = await saved('json', { ...graded(), impression: 'No change.' });
    expect(JSON.parse(words.text).impression).toBe('No change.');
  });

  it('of a picture is named after the map that it shows', async () => {
    const draws = {
      fillRect: () => undefined,
      drawImage: () => undefined,
      fillText: () => undefined,
    };
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(draws as never);
    vi.spyOn(HTMLCanvasElement.prototype, 'toBlob').mockImplementation((done) => done(new Blob()));
    const explanation = prediction('mild', 'severe')
      .explanation as Graded['prediction']['explanation'];
    const zones = { A: 0, B: 0, C: 0, D: 0, E: 0, F: 1 };
    const opacity = { map: 'data:,', of_lungs: 0.2, of_zones: zones };
    const both = graded({ explanation: explanation && { ...explanation, opacity } });
    expect((await saved('png', both)).name).toBe('chest.opacity.png');
    expect((await saved('png', graded({ explanation }))).name).toBe('chest.severe.png');
  });
});
