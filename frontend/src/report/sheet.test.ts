import { type PDFFont, PDFPage } from '@cantoo/pdf-lib';
import { expect, it, vi } from 'vitest';
import { en, loadCatalogue } from '../i18n/catalogue';
import { LANGUAGES } from '../i18n/languages';
import { prediction, study } from '../lib/fixtures';
import { Lettering } from './lettering';
import { reportPdf } from './pdf';
import { Sheet } from './sheet';
import { summaryRows, WIDTHS } from './summary';

/** The page's right margin and where a refused film's reason begins, in points. */
const MARGIN = 42;
const INNER = 595 - 2 * MARGIN;
const RIGHT_MARGIN = 595 - MARGIN;
const REASON_AT = MARGIN + INNER * (WIDTHS[0] + WIDTHS[1]);

// Pairs such as AV and To are set closer by kerning than the library writes them.
const WORDS =
  'AVATAR AVAVAVAV, Today Tokyo WAVE VAVAVAVAVA Yes LATVTA, lies on its side WAVAWAVAWA';
const LONG = Array.from({ length: 12 }, (_, index) => `${index + 1} ${WORDS}`).join(' ');

/** What a PDF of a list writes, in the order of writing, with the right end of each text. */
async function written(reasons: readonly string[]) {
  const draw = vi.spyOn(PDFPage.prototype, 'drawText');
  const refused = reasons.map((reason, index) => ({ name: `${index}.png`, date: '', reason }));
  await reportPdf([], en, 'en', refused);
  return draw.mock.calls.map(([text, { x = 0, size = 0, font } = {}]) => {
    const wide = (letter: string) => (font as PDFFont).widthOfTextAtSize(letter, size);
    const width = [...text].reduce((sum, letter) => sum + wide(letter), 0);
    return { text, x, right: x + width };
  });
}

it.each(LANGUAGES)(
  'cuts off nothing in the table of a list, no name and no date (%s)',
  async (language) => {
    const wide = (text: string) => ({ width: [...text].length * 4 * 8.5 });
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({
      measureText: wide,
    } as never);
    const write = vi.spyOn(Lettering.prototype, 'write').mockResolvedValue();
    vi.spyOn(Sheet.prototype, 'fill').mockResolvedValue();
    const catalogue = await loadCatalogue(language);
    const months = Array.from({ length: 12 }, (_, month) => `${month + 1}`.padStart(2, '0'));
    const films = months.map((month) => ({
      ...plain(),
      prediction: { ...plain().prediction, refer: true },
      repair: { turned: 180, inverted: true } as const,
      // Names that differ at their ends alone, and days of two digits.
      name: `hospital-kuala-lumpur-chest-film-000123456789-${month}.png`,
      date: `2020-${month}-10`,
    }));
    const refused = months.map((month) => ({
      name: `胸部X光片-吉隆坡中央医院-放射科-一九九九年度-${month}.png`,
      date: `2020-${month}-28`,
      reason: LONG,
    }));
    await reportPdf(films, catalogue, language, refused);
    const { header, rows } = summaryRows(films, refused, catalogue);
    const texts = write.mock.calls.map(([, text]) => text);
    expect(texts.filter((text) => text.endsWith('…'))).toEqual([]);
    const lefts = WIDTHS.map((_, column) =>
      WIDTHS.slice(0, column).reduce((left, share) => left + share * INNER, MARGIN),
    );
    for (const [column, left] of lefts.entries()) {
      const written = write.mock.calls.filter(([, , x]) => Math.abs(x - left) < 0.01);
      const whole = dense(written.map(([, text]) => text).join(''));
      for (const cell of [header, ...rows.map(({ cells }) => cells)].flatMap(
        (row) => row[column] ?? [],
      )) {
        expect(whole).toContain(dense(cell));
      }
    }
  },
);

const dense = (text: string) => text.replaceAll(/\s/gu, '');

it("writes a refused film's long reason whole, in lines", async () => {
  const texts = await written([LONG, 'Short.']);
  const reason = texts.filter(({ x }) => Math.abs(x - REASON_AT) < 0.01);
  // The last is the other film's.
  expect(reason.at(-1)?.text).toBe('Short.');
  const lines = reason.slice(0, -1).map(({ text }) => text);
  expect(lines.length).toBeGreaterThan(12);
  expect(dense(lines.join(''))).toContain(dense(LONG));
  expect(texts.filter(({ text }) => text.includes('…'))).toEqual([]);
});

it('writes it so too in a browser that cannot tell words of a language apart', async () => {
  const { Segmenter: _, ...older } = Object.getOwnPropertyDescriptors(Intl);
  vi.stubGlobal('Intl', Object.defineProperties({}, older));
  const texts = await written([LONG, 'VAVA'.repeat(60)]);
  const lines = texts.filter(({ x }) => Math.abs(x - REASON_AT) < 0.01).map(({ text }) => text);
  expect(dense(lines.join(''))).toContain(dense(LONG));
  expect(texts.filter(({ right }) => right > RIGHT_MARGIN + 0.01)).toEqual([]);
});

it('writes nothing beyond the right margin', async () => {
  const texts = await written([LONG, WORDS, 'VAVA'.repeat(60)]);
  expect(texts.length).toBeGreaterThan(20);
  // Room for rounding alone.
  expect(texts.filter(({ right }) => right > RIGHT_MARGIN + 0.01)).toEqual([]);
});

/** A film that a report may be about, without pictures. */
const plain = () => ({
  name: 'chest.png',
  prediction: { ...prediction('mild'), explanation: null },
  gradedAt: new Date(2026, 10, 23),
  date: '',
  view: '',
  study: study(),
});

it('writes each fact of a film on the page where its term stands, however long it is', async () => {
  const term = en.analyse.details.checksum;
  const { input } = prediction('mild');
  for (let lines = 0; lines < 24; lines += 1) {
    const draw = vi.spyOn(PDFPage.prototype, 'drawText').mockClear();
    const graded = {
      ...plain(),
      // Pushes what follows towards the page's end and over it, line by line.
      impression: Array.from({ length: 20 + lines }, () => 'x'.repeat(100)).join(' '),
    };
    await reportPdf([graded], en, 'en');
    const pageOf = (text: string) =>
      draw.mock.contexts[draw.mock.calls.findIndex(([drawn]) => drawn === text)];
    expect(pageOf(input.sha256), `${lines} lines`).toBe(pageOf(term));
  }
});

it('names what asks for care in full, beneath the row of its film', async () => {
  const draw = vi.spyOn(PDFPage.prototype, 'drawText').mockClear();
  const code = 'lungs-cut-off' as const;
  const quality = {
    accepted: true,
    findings: [{ code, level: 'warn' as const, message: '', value: 0, limit: 0 }],
  };
  const graded = { ...plain(), prediction: { ...plain().prediction, quality } };
  await reportPdf([graded], en, 'en', [{ name: 'side.png', date: '', reason: 'Short.' }]);
  const first = draw.mock.contexts[0];
  const table = draw.mock.calls.filter((_, index) => draw.mock.contexts[index] === first);
  const told = table.map(([text]) => text);
  expect(told).toContain(`With care: ${en.quality.codes[code]}`);
});

it('keeps the line breaks of an impression, and writes it as text', async () => {
  const draw = vi.spyOn(PDFPage.prototype, 'drawText').mockClear();
  const graded = {
    ...plain(),
    impression: 'No change.\nOld scars.\r\n\nControl in May.',
  };
  await reportPdf([graded], en, 'en');
  const top = (text: string) => draw.mock.calls.find(([drawn]) => drawn === text)?.[1]?.y ?? 0;
  const [first, second, last] = [top('No change.'), top('Old scars.'), top('Control in May.')];
  expect(first - second).toBeGreaterThan(0);
  // The empty line between them takes its room.
  expect(second - last).toBeCloseTo(2 * (first - second));
});
