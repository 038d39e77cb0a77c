import { type PDFDocument, type PDFPage, rgb } from '@cantoo/pdf-lib';
import type { Severity } from '../lib/prediction';
import type { ReportContent } from './content';
import type { Lettering, Style } from './lettering';
import { drawScale, SCALE } from './scale';
import { type Lines, rowLines, type SummaryRow, WIDTHS } from './summary';

/** A4, in points. */
const PAGE = { width: 595, height: 842, margin: 42 } as const;
const INNER = PAGE.width - 2 * PAGE.margin;
const GUTTER = 16;
const HALF = (INNER - GUTTER) / 2;
/** Of a picture, at most. */
const TALLEST = 258;
/** Of a line of the table. */
const ROW = 13;
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
const ENTRY: Style = { size: 8.5 };
const SMALL: Style = { size: 8, color: MUTED };

/** A page and how far it is written. */
export class Sheet {
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

  /** A film's report; `pictures` as data URLs, one or two side by side. */
  async fill(content: ReportContent, pictures: readonly string[]): Promise<void> {
    await this.paragraph(content.title, TITLE);
    await this.paragraph(content.name, BODY);
    this.rule();
    if (content.forced.length > 0) {
      const [first = '', ...reasons] = content.forced;
      await this.paragraph(first, WARNING);
      await this.lines(reasons);
      this.rule();
    }
    await this.pictures(pictures);
    if (content.scale && pictures.length > 0) {
      // The map is the last of them.
      await this.scale(content.scale, PAGE.margin + (pictures.length - 1) * (HALF + GUTTER));
    }
    await this.lines(content.heatmap);
    this.y -= 6;
    const top = this.y;
    await this.grade(content, PAGE.margin);
    const beneath = this.y;
    this.y = top;
    await this.brixia(content.brixia, PAGE.margin + HALF + GUTTER, HALF);
    this.y = Math.min(beneath, this.y) - 4;
    this.rule();
    await this.heading(content.impressionTitle);
    await this.paragraph(content.impression, BODY);
    await this.lines(content.reading);
    this.y -= 6;
    await this.heading(content.quality.title);
    for (const line of content.quality.lines) {
      await this.paragraph(line, BODY);
    }
    this.rule();
    for (const [term, value] of content.facts) {
      await this.fact(term, value);
    }
  }

  /** A table of many films, over as many pages as it takes. */
  async table(
    title: string,
    subtitle: string,
    header: readonly string[],
    rows: readonly SummaryRow[],
  ): Promise<void> {
    await this.paragraph(title, TITLE);
    await this.paragraph(subtitle, BODY);
    this.rule();
    const heads = this.rowLines(header, SMALL);
    await this.cells(heads, SMALL);
    for (const { cells, severity, care = [] } of rows) {
      const lines = [
        ...this.rowLines(cells, ENTRY),
        // In the room of all that follows the name: the notes' own column is narrow.
        ...care.flatMap((line) => this.rowLines(['', line], ENTRY)),
      ];
      if (this.room(ROW * lines.length)) {
        await this.cells(heads, SMALL);
      }
      const color = severity === null ? MUTED : GRADES[severity];
      this.page.drawRectangle({ x: PAGE.margin - 6, y: this.y - 10, width: 2.5, height: 9, color });
      await this.cells(lines, ENTRY);
    }
  }

  private rowLines(cells: readonly string[], style: Style): Lines {
    return rowLines(cells, INNER, (text, width) =>
      this.lettering.wrap(text, style, width, this.language),
    );
  }

  private async cells(lines: Lines, style: Style): Promise<void> {
    for (const cells of lines) {
      let x = PAGE.margin;
      for (const [index, cell] of cells.entries()) {
        await this.line(cell, x, this.y, style);
        x += INNER * (WIDTHS[index] ?? 0);
      }
      this.y -= ROW;
    }
  }

  async foot(disclaimer: string, page: string): Promise<void> {
    this.y = FOOT;
    this.rule();
    const width = this.lettering.width(page, SMALL);
    await this.line(page, PAGE.width - PAGE.margin - width, this.y, SMALL);
    await this.paragraph(disclaimer, SMALL, PAGE.margin, INNER - width - GUTTER, false);
  }

  private async lines(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      await this.paragraph(line, SMALL);
    }
  }

  private async grade(content: ReportContent, x: number): Promise<void> {
    const width = HALF;
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
    if (content.plausible.advice !== '') {
      await this.paragraph(content.plausible.advice, { ...BODY, bold: content.refer }, x, width);
    }
  }

  private async brixia(brixia: ReportContent['brixia'], x: number, width: number): Promise<void> {
    await this.paragraph(brixia.title, HEAD, x, width);
    await this.paragraph(brixia.total, { size: 14, bold: true }, x, width);
    if (brixia.interval !== '') {
      await this.paragraph(brixia.interval, BODY, x, width);
    }
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

  private async pictures(sources: readonly string[]): Promise<void> {
    const images = await Promise.all(
      sources.map((source) =>
        source.startsWith('data:image/png')
          ? this.document.embedPng(source)
          : this.document.embedJpg(source),
      ),
    );
    let lowest = this.y;
    for (const [index, image] of images.entries()) {
      const { width, height } = image.scaleToFit(HALF, TALLEST);
      const x = PAGE.margin + index * (HALF + GUTTER);
      this.page.drawImage(image, { x, y: this.y - height, width, height });
      lowest = Math.min(lowest, this.y - height - 4);
    }
    this.y = lowest;
  }

  private async scale([low, high]: readonly [string, string], x: number): Promise<void> {
    const from = x + this.lettering.width(low, SMALL) + 4;
    await this.line(low, x, this.y, SMALL);
    drawScale(this.page, from, this.y - 1.25 * SCALE.height);
    await this.line(high, from + SCALE.width + 4, this.y, SMALL);
    this.y -= this.lettering.lineHeight(SMALL) + 2;
  }

  private async fact(term: string, value: string): Promise<void> {
    const indent = 110;
    const width = INNER - indent;
    const lines = this.lettering.wrap(value, BODY, width, this.language).length;
    // Before the term is written: it must not stay behind where the value goes on overleaf.
    this.room(lines * this.lettering.lineHeight(BODY));
    await this.line(term, PAGE.margin, this.y, { ...BODY, color: MUTED });
    await this.paragraph(value, BODY, PAGE.margin + indent, width);
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
      if (breaks) {
        this.room(height);
      }
      await this.line(line, x, this.y, style);
      this.y -= height;
    }
  }

  /** Begins a page where `height` does not fit on this one; says whether it did. */
  private room(height: number): boolean {
    if (this.y - height >= FOOT + 8) {
      return false;
    }
    this.page = this.document.addPage([PAGE.width, PAGE.height]);
    this.y = PAGE.height - PAGE.margin;
    return true;
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
