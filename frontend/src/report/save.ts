import type { Catalogue } from '../i18n/catalogue';
import type { Language } from '../i18n/languages';
import { saveBlob, saveJson, stemOf } from '../lib/download';
import type { Outcome } from '../lib/failure';
import { predictAs } from '../lib/predict';
import { RESULT_FORMS, type ResultForm } from '../lib/resultForms';
import { overlaidLayer } from '../viewer/shownMap';
import type { Graded } from './content';
import type { Refused } from './summary';

export const REPORT_KINDS = ['pdf', 'png', 'json'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

/**
 * Makes one report of many results, a page for each, and lets the browser save it; `onPage` hears of
 * how many the pages are made.
 */
export async function saveReports(
  results: readonly Graded[],
  catalogue: Catalogue,
  language: Language,
  refused: readonly Refused[] = [],
  onPage?: (made: number) => void,
): Promise<void> {
  const { reportPdf } = await import('./pdf');
  saveBlob(await reportPdf(results, catalogue, language, refused, onPage), 'severity.pdf');
}

/**
 * Makes a report of one result and lets the browser save it.
 *
 * @returns the file's name; rejects when it could not be made.
 */
export async function saveReport(
  kind: ReportKind,
  graded: Graded,
  catalogue: Catalogue,
  language: Language,
): Promise<string> {
  const stem = stemOf(graded.name);
  switch (kind) {
    case 'pdf': {
      const { reportPdf } = await import('./pdf');
      const name = `${stem}.severity.pdf`;
      saveBlob(await reportPdf([graded], catalogue, language), name);
      return name;
    }
    case 'png': {
      const { reportPng } = await import('./picture');
      const blob = await reportPng(graded, catalogue);
      if (!blob) {
        throw new Error('no heatmap');
      }
      const name = `${stem}.${mapIn(graded)}.png`;
      saveBlob(blob, name);
      return name;
    }
    case 'json': {
      const name = `${stem}.severity.json`;
      saveJson(dataOf(graded), name);
      return name;
    }
  }
}

/** The map in the picture, as its file is named after it. */
function mapIn({ prediction: { explanation, severity } }: Graded): string {
  return explanation && overlaidLayer(explanation) === 'opacity'
    ? 'opacity'
    : (explanation?.target ?? severity);
}

/**
 * The service's answer, and beside it what only the page knows: of a picture that it turned or
 * inverted, size and checksum are those of no file that anybody has.
 */
function dataOf(graded: Graded): unknown {
  const { name, prediction, repair, reading, impression, writtenFor, writtenOf, ...film } = graded;
  return {
    file: name,
    date: film.date,
    view: film.view,
    graded_at: film.gradedAt.toISOString(),
    ...prediction,
    repair: repair ?? null,
    reading: reading ?? null,
    impression: impression ?? null,
    impression_model_version: writtenFor ?? null,
    impression_sha256: writtenOf ?? null,
  };
}

/**
 * Has the service answer in `form` and lets the browser save that.
 *
 * @returns the file's name, or why there is none.
 */
export async function saveForm(form: ResultForm, graded: Graded): Promise<Outcome<string>> {
  const { name, study, prediction } = graded;
  const outcome = await predictAs(form, { name, source: study.source }, prediction);
  if (!outcome.ok) {
    return outcome;
  }
  const file = `${stemOf(name)}.${RESULT_FORMS[form].ending}`;
  saveBlob(outcome.value, file);
  return { ok: true, value: file };
}
