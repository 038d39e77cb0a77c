import type { Catalogue } from '../i18n/catalogue';
import { type Graded, type ReportContent, reportContent } from './content';

/** A report as plain text, to be pasted elsewhere. */
export function reportText(graded: Graded, catalogue: Catalogue): string {
  const content: ReportContent = reportContent(graded, catalogue);
  const { report } = catalogue;
  return [
    content.title,
    ...content.forced,
    '',
    ...content.facts.slice(0, -1).map(([term, value]) => `${term}: ${value}`),
    '',
    `${content.grade} (${content.confidence})`,
    ...content.probabilities.map(({ label, text }) => `  ${label}: ${text}`),
    `${content.plausible.title}: ${content.plausible.grades}`,
    ...(content.plausible.advice ? [content.plausible.advice] : []),
    `${content.brixia.title}: ${content.brixia.total}`,
    ...(content.brixia.interval ? [content.brixia.interval] : []),
    ...content.brixia.rows.map(({ height, right, left }) => `  ${height}: ${right}, ${left}`),
    ...content.reading,
    `${content.quality.title}: ${content.quality.lines.join(' ')}`,
    '',
    `${report.impression}: ${content.impression}`,
    '',
    content.disclaimer,
  ].join('\n');
}
