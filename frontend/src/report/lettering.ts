import {
  type PDFDocument,
  type PDFFont,
  PDFHexString,
  type PDFImage,
  PDFName,
  PDFOperator,
  PDFOperatorNames,
  type PDFPage,
  type RGB,
  rgb,
  StandardFonts,
} from '@cantoo/pdf-lib';

/** Text pixels per point: 288 dpi. */
const SHARPNESS = 4;
/** Height of a line of text, and where its baseline is, as shares of the size. */
const LINE = 1.35;
const ASCENT = 1.05;

export interface Style {
  readonly size: number;
  readonly bold?: boolean;
  readonly color?: RGB;
}

/** A line as the browser draws it, and its width in points. */
interface Picture {
  readonly image: PDFImage;
  readonly width: number;
}

const BLACK = rgb(0.08, 0.1, 0.11);

/**
 * Writes into a PDF whatever the browser can show.
 *
 * The fonts that every PDF reader has know Latin letters only, and a font for Chinese weighs many
 * megabytes. So text that these fonts can write is text; any other line is drawn by the browser with
 * its own fonts and put in as a picture that carries its words (`ActualText`), so that it can be
 * searched, copied and read aloud all the same.
 */
export class Lettering {
  private readonly document: PDFDocument;
  private readonly plain: PDFFont;
  private readonly heavy: PDFFont;
  private readonly family: string;
  /** Code points that both standard fonts can write. */
  private readonly letters: ReadonlySet<number>;
  /** For measuring alone: a canvas for each text takes far longer than the measuring. */
  private ruler: CanvasRenderingContext2D | null = null;
  /** By text and style: labels and disclaimers come with every film. */
  private readonly pictures = new Map<string, Promise<Picture>>();

  private constructor(document: PDFDocument, plain: PDFFont, heavy: PDFFont, family: string) {
    this.document = document;
    this.plain = plain;
    this.heavy = heavy;
    this.family = family;
    this.letters = new Set(plain.getCharacterSet());
  }

  static async of(document: PDFDocument): Promise<Lettering> {
    return new Lettering(
      document,
      await document.embedFont(StandardFonts.Helvetica),
      await document.embedFont(StandardFonts.HelveticaBold),
      getComputedStyle(window.document.body).fontFamily || 'sans-serif',
    );
  }

  /** The part of the style's size that one line takes, in points. */
  lineHeight({ size }: Style): number {
    return size * LINE;
  }

  width(text: string, style: Style): number {
    return this.standardWidth(text, style) ?? this.measure(text, style);
  }

  /** `text` in lines no wider than `width`, broken where it says so and where its language breaks it. */
  wrap(text: string, style: Style, width: number, language: string): string[] {
    return text.split(/\r?\n/).flatMap((line) => this.wrapLine(line, style, width, language));
  }

  private wrapLine(text: string, style: Style, width: number, language: string): string[] {
    const lines: string[] = [];
    let line = '';
    for (const { segment } of segmentsOf(text, language, 'grapheme')) {
      line += segment;
      if (this.width(line.trimEnd(), style) > width && line.trim() !== segment.trim()) {
        const [kept, moved] = breakBefore(line, segment.length, language);
        lines.push(kept.trimEnd());
        line = moved.trimStart();
      }
    }
    return [...lines, line.trimEnd()].filter((part, index) => part !== '' || index === 0);
  }

  /** One line, its top at `y` (PDF counts upwards). */
  async write(page: PDFPage, text: string, x: number, y: number, style: Style): Promise<void> {
    const { size, bold = false, color = BLACK } = style;
    if (this.standardWidth(text, style) !== null) {
      const font = bold ? this.heavy : this.plain;
      page.drawText(text, { x, y: y - size * ASCENT, size, font, color });
      return;
    }
    const { image, width } = await this.pictureOf(text, style, color);
    const words = PDFHexString.fromText(text).toString();
    page.pushOperators(
      PDFOperator.of(PDFOperatorNames.BeginMarkedContentSequence, [
        PDFName.of('Span'),
        `<</ActualText ${words}>>`,
      ]),
    );
    const height = this.lineHeight(style);
    page.drawImage(image, { x, y: y - height, width, height });
    page.pushOperators(PDFOperator.of(PDFOperatorNames.EndMarkedContent));
  }

  /** `null` where the standard fonts lack a letter: the library would write a question mark. */
  private standardWidth(text: string, { size, bold }: Style): number | null {
    const font = bold ? this.heavy : this.plain;
    let width = 0;
    for (const letter of text) {
      if (!this.letters.has(letter.codePointAt(0) ?? 0)) {
        return null;
      }
      // Each by itself: of a whole text the library tells the width with kerning, and writes it without.
      width += font.widthOfTextAtSize(letter, size);
    }
    return width;
  }

  private context(style: Style, width = 1): CanvasRenderingContext2D {
    const canvas = window.document.createElement('canvas');
    canvas.width = Math.max(1, Math.ceil(width * SHARPNESS));
    canvas.height = Math.ceil(this.lineHeight(style) * SHARPNESS);
    const context = canvas.getContext('2d');
    if (!context) {
      throw new Error('no canvas');
    }
    context.font = this.fontOf(style);
    return context;
  }

  private fontOf({ size, bold }: Style): string {
    return `${bold ? 600 : 400} ${size * SHARPNESS}px ${this.family}`;
  }

  private measure(text: string, style: Style): number {
    this.ruler ??= this.context(style);
    this.ruler.font = this.fontOf(style);
    return this.ruler.measureText(text).width / SHARPNESS;
  }

  private pictureOf(text: string, style: Style, color: RGB): Promise<Picture> {
    const { red, green, blue } = color;
    const name = [style.size, style.bold ?? false, red, green, blue, text].join(' ');
    const made = this.pictures.get(name) ?? this.picture(text, style, color);
    this.pictures.set(name, made);
    return made;
  }

  private async picture(text: string, style: Style, { red, green, blue }: RGB): Promise<Picture> {
    const width = this.measure(text, style);
    const context = this.context(style, width);
    const share = (value: number) => `${Math.round(value * 100)}%`;
    context.fillStyle = `rgb(${share(red)} ${share(green)} ${share(blue)})`;
    context.fillText(text, 0, style.size * ASCENT * SHARPNESS);
    const blob = await new Promise<Blob | null>((done) => context.canvas.toBlob(done, 'image/png'));
    if (!blob) {
      throw new Error('no picture of the text');
    }
    const image = await this.document.embedPng(await blob.arrayBuffer());
    // Now, while the browser draws the next one, and not all at once when the document is saved.
    await image.embed();
    return { image, width: context.canvas.width / SHARPNESS };
  }
}

/** The letters or words of a text, and where each begins. */
function segmentsOf(text: string, language: string, granularity: 'grapheme' | 'word') {
  if ('Segmenter' in Intl) {
    return [...new Intl.Segmenter(language, { granularity }).segment(text)];
  }
  // As Firefox before 125: cut by rule of thumb, for a report less well broken is better than none.
  const parts = text.matchAll(granularity === 'word' ? /\s+|\S+/gu : /.\p{M}*/gsu);
  return [...parts].map(({ 0: segment, index }) => ({ segment, index }));
}

/** Where a line that grew too long by its last `length` letters is best cut. */
function breakBefore(line: string, length: number, language: string): [string, string] {
  const words = segmentsOf(line, language, 'word');
  const limit = line.length - length;
  const start = words.findLast(({ index }) => index > 0 && index <= limit)?.index ?? limit;
  // A line does not begin with what closes the one before.
  const at = /^[,.;:!?%)\]，。；：！？、）]/u.test(line.slice(start))
    ? (words.findLast(({ index }) => index > 0 && index < start)?.index ?? start)
    : start;
  return [line.slice(0, at), line.slice(at)];
}
