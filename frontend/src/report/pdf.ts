import { PDFDocument, type PDFPage, rgb } from '@cantoo/pdf-lib';
import type { Catalogue } from '../i18n/catalogue';
import { type Language, LOCALES } from '../i18n/languages';
import type { Severity } from '../lib/prediction';
import { type Graded, type ReportContent, reportContent } from './content';
import { Lettering, type Style } from './lettering';

/** A4, in points. */
const PAGE = { width: 595, height: 842, margin: 42 } as const;
const INNER = PAGE.width - 2 * PAGE.margin;
const PICTURE = { width: 300, height: 330 } as const;
const GUTTER = 20;
const FOOT = 54;

const MUTED = rgb(0.35, 0.38, 0.4);
const LINE = rgb(0.8, 0.81, 0.82);
/** Of the light theme: a report is printed on white. */
const GRADES: Readonly<Record<Severity, ReturnType<typeof rgb>>> = {
  mild: rgb(0.07, 0.54, 0.48),
  moderate: rgb(0.69, 0.45, 0),
  severe: rgb(0.82, 0.29, 0.14),
};

const TITLE: Style = { size: 15, bold: true };
const HEAD: Style = { size: 10.5, bold: true };
const BODY: Style = { size: 9.5 };
const WARNING: Style = { size: 15, bold: true, color: rgb(0.72, 0.11, 0.11) };
const SMALL: Style = { size: 8, color: MUTED };

/** One report a page, in the order of `results`; loads its library when it is first called. */
export async function reportPdf(
  results: readonly Graded[],
  catalogue: Catalogue,
  language: Language,
): Promise<Blob> {
  const document = await PDFDocument.create();
  document.setTitle(catalogue.report.title, { showInWindowTitleBar: true });
  document.setCreator(catalogue.shared.name);
  document.setLanguage(LOCALES[language]);
  const lettering = await Lettering.of(document);
  for (const graded of results) {
    const sheet = new Sheet(document, lettering, language);
    await sheet.fill(reportContent(graded, catalogue), graded);
  }
  const pages = document.getPages();
  for (const [index, page] of pages.entries()) {
    const footer = new Sheet(document, lettering, language, page);
    await footer.foot(catalogue.report.disclaimer, catalogue.report.page(index + 1, pages.length));
  }
  // A copy: the bytes may be a view of a larger buffer.
  return new Blob([new Uint8Array(await document.save())], { type: 'application/pdf' });
}

/** A page and how far it is written. */
class Sheet {
  private page: PDFPage;
  private y = PAGE.height - PAGE.margin;

  private readonly document: PDFDocument;
  private readonly lettering: Lettering;
  private readonly language: string;

  constructor(document: PDFDocument, lettering: Lettering, language: string, page?: PDFPage) {
    this.document = document;
    this.lettering = lettering;
    this.language = language;
    this.page = page ?? document.addPage([PAGE.width, PAGE.height]);
  }

  async fill(content: ReportContent, { prediction }: Graded): Promise<void> {
    await this.paragraph(content.title, TITLE);
    await this.paragraph(content.name, BODY);
    this.rule();
    if (content.forced.length > 0) {
      const [first = '', ...reasons] = content.forced;
      await this.paragraph(first, WARNING);
      await this.lines(reasons, INNER);
      this.rule();
    }
    const overlay = prediction.explanation?.overlay;
    if (overlay) {
      const top = this.y;
      await this.picture(overlay);
      await this.lines(content.heatmap, PICTURE.width);
      const beneath = this.y;
      this.y = top;
      await this.grade(content, PAGE.margin + PICTURE.width + GUTTER);
      this.y = Math.min(beneath, this.y) - 8;
    } else {
      await this.grade(content, PAGE.margin);
      await this.lines(content.heatmap, INNER);
    }
    this.rule();
    await this.heading(content.quality.title);
    for (const line of content.quality.lines) {
      await this.paragraph(line, BODY);
    }
    this.y -= 6;
    this.rule();
    for (const [term, value] of content.facts) {
      await this.fact(term, value);
    }
  }

  async foot(disclaimer: string, page: string): Promise<void> {
    this.y = FOOT;
    this.rule();
    const width = this.lettering.width(page, SMALL);
    await this.line(page, PAGE.width - PAGE.margin - width, this.y, SMALL);
    await this.paragraph(disclaimer, SMALL, PAGE.margin, INNER - width - GUTTER, false);
  }

  private async lines(lines: readonly string[], width: number): Promise<void> {
    for (const line of lines) {
      await this.paragraph(line, SMALL, PAGE.margin, width);
    }
  }

  private async grade(content: ReportContent, x: number): Promise<void> {
    const width = PAGE.width - PAGE.margin - x;
    const color = GRADES[content.severity];
    // A forced grade is no headline: what stands against it is.
    const size = content.forced.length > 0 ? 12 : 24;
    await this.paragraph(content.grade, { size, bold: true, color }, x, width);
    await this.paragraph(content.confidence, BODY, x, width);
    this.y -= 8;
    for (const { severity, label, value, text } of content.probabilities) {
      const end = x + width - this.lettering.width(text, BODY);
      await this.line(text, end, this.y, BODY);
      await this.paragraph(label, BODY, x, width);
      const bar = { x, y: this.y - 4, height: 4 };
      this.page.drawRectangle({ ...bar, width, color: LINE });
      this.page.drawRectangle({ ...bar, width: width * value, color: GRADES[severity] });
      this.y -= 9;
    }
    this.y -= 6;
    await this.paragraph(content.plausible.title, HEAD, x, width);
    await this.paragraph(content.plausible.grades, BODY, x, width);
    await this.paragraph(content.plausible.advice, { ...BODY, bold: content.refer }, x, width);
    this.y -= 10;
    await this.brixia(content.brixia, x, width);
  }

  private async brixia(brixia: ReportContent['brixia'], x: number, width: number): Promise<void> {
    await this.paragraph(brixia.title, HEAD, x, width);
    await this.paragraph(brixia.total, { size: 14, bold: true }, x, width);
    const columns = [x, x + width * 0.32, x + width * 0.66] as const;
    const rows = [
      { cells: ['', ...brixia.columns], style: SMALL },
      ...brixia.rows.map(({ height, right, left }) => ({
        cells: [height, right, left],
        style: BODY,
      })),
    ];
    for (const { cells, style } of rows) {
      for (const [index, cell] of cells.entries()) {
        await this.line(cell, columns[index] ?? x, this.y, style);
      }
      this.y -= this.lettering.lineHeight(style) + 2;
    }
  }

  private async picture(overlay: string): Promise<void> {
    const image = overlay.startsWith('data:image/png')
      ? await this.document.embedPng(overlay)
      : await this.document.embedJpg(overlay);
    const { width, height } = image.scaleToFit(PICTURE.width, PICTURE.height);
    this.page.drawImage(image, { x: PAGE.margin, y: this.y - height, width, height });
    this.y -= height + 4;
  }

  private async fact(term: string, value: string): Promise<void> {
    const indent = 110;
    const top = this.y;
    await this.line(term, PAGE.margin, top, { ...BODY, color: MUTED });
    await this.paragraph(value, BODY, PAGE.margin + indent, INNER - indent);
  }

  private heading(text: string): Promise<void> {
    return this.paragraph(text, HEAD);
  }

  private async paragraph(
    text: string,
    style: Style,
    x: number = PAGE.margin,
    width: number = INNER,
    breaks = true,
  ): Promise<void> {
    const height = this.lettering.lineHeight(style);
    for (const line of this.lettering.wrap(text, style, width, this.language)) {
      if (breaks && this.y - height < FOOT + 8) {
        this.page = this.document.addPage([PAGE.width, PAGE.height]);
        this.y = PAGE.height - PAGE.margin;
      }
      await this.line(line, x, this.y, style);
      this.y -= height;
    }
  }

  private async line(text: string, x: number, y: number, style: Style): Promise<void> {
    if (text !== '') {
      await this.lettering.write(this.page, text, x, y, style);
    }
  }

  private rule(): void {
    this.y -= 4;
    this.page.drawLine({
      start: { x: PAGE.margin, y: this.y },
      end: { x: PAGE.width - PAGE.margin, y: this.y },
      thickness: 0.5,
      color: LINE,
    });
    this.y -= 8;
  }
}
