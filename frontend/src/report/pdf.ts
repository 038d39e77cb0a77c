import { PDFDocument } from '@cantoo/pdf-lib';
import type { Catalogue } from '../i18n/catalogue';
import { type Language, LOCALES } from '../i18n/languages';
import { plainPicture } from '../viewer/plainPicture';
import { type Graded, reportContent } from './content';
import { Lettering } from './lettering';
import { Sheet } from './sheet';
import { type Refused, summaryRows } from './summary';

/**
 * A report of each film, a page for each, in the order of `results`; of several, after a table of all
 * and of those that were `refused`. Loads its library when it is first called.
 */
export async function reportPdf(
  results: readonly Graded[],
  catalogue: Catalogue,
  language: Language,
  refused: readonly Refused[] = [],
  onPage?: (made: number) => void,
): Promise<Blob> {
  const { report, shared, worklist } = catalogue;
  const document = await PDFDocument.create();
  document.setTitle(report.title, { showInWindowTitleBar: true });
  document.setCreator(shared.name);
  document.setLanguage(LOCALES[language]);
  const lettering = await Lettering.of(document);
  if (results.length + refused.length > 1) {
    const { header, rows, versions } = summaryRows(results, refused, catalogue);
    const hidden = refused.filter((film) => film.hidden).length;
    const counts = report.summary(results.length, refused.length - hidden, hidden);
    const subtitle = versions === '' ? counts : `${counts} ${versions}`;
    await new Sheet(document, lettering, language).table(worklist.title, subtitle, header, rows);
  }
  for (const [index, graded] of results.entries()) {
    const sheet = new Sheet(document, lettering, language);
    await sheet.fill(reportContent(graded, catalogue), await picturesOf(graded, catalogue));
    onPage?.(index + 1);
  }
  const pages = document.getPages();
  for (const [index, page] of pages.entries()) {
    const footer = new Sheet(document, lettering, language, page);
    await footer.foot(report.disclaimer, report.page(index + 1, pages.length));
  }
  // A copy: the bytes may be a view of a larger buffer.
  return new Blob([new Uint8Array(await document.save())], { type: 'application/pdf' });
}

/** The plain film where this page can show it, and the film under its map where there is one. */
async function picturesOf({ prediction, study }: Graded, { viewer }: Catalogue): Promise<string[]> {
  const plain = study ? await plainPicture(study, viewer.scaleBar) : null;
  return [plain, prediction.explanation?.overlay].filter((picture) => picture != null);
}
