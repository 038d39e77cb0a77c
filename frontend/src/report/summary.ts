import type { Catalogue } from '../i18n/catalogue';
import { type Severity, versionsOf } from '../lib/prediction';
import { careLines, type Graded, reportContent } from './content';

/** A film of which no grade is told, and why. */
export interface Refused {
  readonly name: string;
  readonly date: string;
  readonly reason: string;
  /** Whether it may have one that its reader is not to see yet. */
  readonly hidden?: boolean;
}

export interface SummaryRow {
  readonly cells: readonly string[];
  /** `null` where there is no grade. */
  readonly severity: Severity | null;
  /** Why the grade is to be taken with care, a sentence for each reason; absent without any. */
  readonly care?: readonly string[];
}

/** Shares of the table's width. */
export const WIDTHS = [0.28, 0.15, 0.13, 0.09, 0.2, 0.15] as const;
/** Between two columns, in points. */
const GAP = 6;

/** What stands beneath one another in each cell of a row. */
export type Lines = readonly (readonly string[])[];

/**
 * A row in as many lines as its longest cell takes: nothing is cut off, for half a date is another
 * date, and names of films often differ at their ends alone. A last cell that is not in the last
 * column may reach over those that follow.
 *
 * @param room of the whole row, in points.
 */
export function rowLines(
  cells: readonly string[],
  room: number,
  wrap: (text: string, width: number) => readonly string[],
): Lines {
  const columns = cells.map((cell, index) => {
    const last = index === cells.length - 1;
    const shares = last ? WIDTHS.slice(index) : WIDTHS.slice(index, index + 1);
    const width = room * shares.reduce((sum, share) => sum + share, 0);
    return wrap(cell, last ? width : width - GAP);
  });
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => columns.map((column) => column[line] ?? ''));
}

/**
 * The list in a table: one line for each film, graded or not. `versions` says that the grades come of
 * several versions of the model, which is then named in each line; else empty.
 */
export function summaryRows(
  results: readonly Graded[],
  refused: readonly Refused[],
  catalogue: Catalogue,
): {
  readonly header: readonly string[];
  readonly rows: readonly SummaryRow[];
  readonly versions: string;
} {
  const { analyse, format, report, shared, worklist } = catalogue;
  const versions = versionsOf(results.map(({ prediction }) => prediction));
  const mixed = versions.length > 1;
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
      ...(mixed ? [`${analyse.details.model} ${prediction.model.version}`] : []),
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
    versions: mixed ? report.versions(versions) : '',
  };
}
