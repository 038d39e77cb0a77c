import type { Catalogue } from '../i18n/catalogue';
import type { Severity } from '../lib/prediction';
import { careLines, type Graded, reportContent } from './content';

/** A film that has no grade, and why. */
export interface Refused {
  readonly name: string;
  readonly date: string;
  readonly reason: string;
}

export interface SummaryRow {
  readonly cells: readonly string[];
  /** `null` where there is no grade. */
  readonly severity: Severity | null;
  /** Why the grade is to be taken with care, a sentence for each reason; absent without any. */
  readonly care?: readonly string[];
}

/** Shares of the page's width. */
export const WIDTHS = [0.3, 0.13, 0.13, 0.09, 0.2, 0.15] as const;

/** The list in a table: one line for each film, graded or not. */
export function summaryRows(
  results: readonly Graded[],
  refused: readonly Refused[],
  catalogue: Catalogue,
): { readonly header: readonly string[]; readonly rows: readonly SummaryRow[] } {
  const { format, report, shared, worklist } = catalogue;
  const day = (date: string) => (date === '' ? '' : format.day(date));
  const graded = results.map((result): SummaryRow => {
    const { prediction } = result;
    const { total, interval } = prediction.brixia;
    const ends = (interval ?? []).map((end) => format.score(end)).join(' – ');
    const content = reportContent(result, catalogue);
    const care = careLines(prediction, catalogue);
    const notes = [
      ...(content.forced.length > 0 ? [worklist.forced] : []),
      ...(prediction.refer ? [worklist.refer] : []),
      ...(content.repaired ? [content.repaired] : []),
    ];
    return {
      severity: prediction.severity,
      cells: [
        result.name,
        day(result.date),
        shared.severities[prediction.severity],
        format.probability(prediction.confidence),
        `${format.score(total)}${ends ? ` (${ends})` : ''}`,
        notes.join(', '),
      ],
      ...(care.length > 0 && { care }),
    };
  });
  const without = refused.map(
    ({ name, date, reason }): SummaryRow => ({
      severity: null,
      cells: [name, day(date), reason],
    }),
  );
  return {
    header: [
      report.file,
      report.filmDate,
      worklist.columns.severity ?? '',
      '',
      worklist.columns.brixia ?? '',
      worklist.columns.flags ?? '',
    ],
    rows: [...graded, ...without],
  };
}
