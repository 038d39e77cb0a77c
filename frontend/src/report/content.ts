import type { Catalogue } from '../i18n/catalogue';
import { repairWords } from '../i18n/repairWords';
import {
  type Finding,
  type Prediction,
  SEVERITIES,
  type Severity,
  type Zone,
} from '../lib/prediction';
import type { Reading } from '../lib/reading';
import type { Repair, Study } from '../lib/study';
import { readerSaid } from './readerSaid';

/** One graded radiograph, ready to be taken along. */
export interface Graded {
  readonly name: string;
  readonly prediction: Prediction;
  readonly gradedAt: Date;
  /**
   * Day of the film, YYYY-MM-DD, as the file, its name or the person at the screen says, and its view,
   * as the file says; empty where none does.
   */
  readonly date: string;
  readonly view: string;
  /** What was done to its picture before it was graded. */
  readonly repair?: Repair | undefined;
  readonly study: Pick<Study, 'source'>;
  /** What the person at the screen says of it. */
  readonly reading?: Reading | null;
  /** In that person's words; without any, what the model's result amounts to. */
  readonly impression?: string | null;
  /** Version of the model beside whose result these were written; `null` where not known. */
  readonly writtenFor?: string | null;
  /** SHA-256 of the picture of which they were written; `null` where not known. */
  readonly writtenOf?: string | null;
}

/** A report's words and numbers, in one language and in the order of the page. */
export interface ReportContent {
  readonly title: string;
  readonly disclaimer: string;
  readonly name: string;
  readonly severity: Severity;
  readonly grade: string;
  readonly confidence: string;
  /** `advice` is empty where there is none to give. */
  readonly plausible: { readonly title: string; readonly grades: string; readonly advice: string };
  readonly refer: boolean;
  /** What stands against a judgement, where one was forced all the same; else empty. */
  readonly forced: readonly string[];
  readonly probabilities: readonly {
    readonly severity: Severity;
    readonly label: string;
    readonly value: number;
    readonly text: string;
  }[];
  readonly brixia: {
    readonly title: string;
    readonly total: string;
    /** Empty where the version has none. */
    readonly interval: string;
    readonly columns: readonly [right: string, left: string];
    readonly rows: readonly {
      readonly height: string;
      readonly right: string;
      readonly left: string;
    }[];
  };
  readonly quality: { readonly title: string; readonly lines: readonly string[] };
  readonly heatmap: readonly string[];
  /** What the ends of the map's colours mean; `null` where there is no map. */
  readonly scale: readonly [low: string, high: string] | null;
  readonly repaired: string;
  readonly reading: readonly string[];
  readonly impressionTitle: string;
  readonly impression: string;
  readonly facts: readonly (readonly [term: string, value: string])[];
}

const ZONES: readonly (readonly ['upper' | 'middle' | 'lower', Zone, Zone])[] = [
  ['upper', 'A', 'D'],
  ['middle', 'B', 'E'],
  ['lower', 'C', 'F'],
];

/** What a report of `graded` says, in the language of `catalogue`. */
export function reportContent(graded: Graded, catalogue: Catalogue): ReportContent {
  const { analyse, format, quality, report, shared, viewer } = catalogue;
  const { name, prediction, gradedAt } = graded;
  const { input, model, brixia, explanation } = prediction;
  const repaired = repairWords(graded.repair, catalogue);
  const zone = (of: Zone) => `${of}  ${format.score(brixia.zones[of])}`;
  return {
    title: report.title,
    disclaimer: report.disclaimer,
    name,
    severity: prediction.severity,
    grade: shared.severities[prediction.severity],
    confidence: `${format.probability(prediction.confidence)} ${analyse.result.confidence}`,
    plausible: {
      title: report.plausible,
      grades: format.all(prediction.prediction_set.map((grade) => shared.severities[grade])),
      advice: adviceOf(prediction, catalogue),
    },
    refer: prediction.refer,
    forced: prediction.quality.accepted ? [] : qualityLines(prediction, catalogue),
    probabilities: SEVERITIES.map((severity) => ({
      severity,
      label: shared.severities[severity],
      value: prediction.probabilities[severity],
      text: format.probability(prediction.probabilities[severity]),
    })),
    brixia: {
      title: analyse.brixia.title,
      total: `${format.score(brixia.total)} ${analyse.brixia.of}`,
      // Here and not in the impression alone, which the reader may write anew.
      interval: brixia.interval ? analyse.brixia.interval(...ends(brixia.interval, catalogue)) : '',
      columns: [analyse.brixia.rightLung, analyse.brixia.leftLung],
      rows: ZONES.map(([height, right, left]) => ({
        height: analyse.brixia[height],
        right: zone(right),
        left: zone(left),
      })),
    },
    quality: { title: quality.title, lines: qualityLines(prediction, catalogue) },
    heatmap: heatmapLines(prediction, catalogue),
    scale: explanation && viewer.ends[explanation.opacity ? 'opacity' : 'grad-cam'],
    repaired,
    impressionTitle: report.impression,
    reading: readingLines(graded, catalogue),
    impression: [
      graded.impression ?? impressionOf(graded, catalogue),
      otherResult(graded, catalogue),
    ]
      .filter((words) => words !== '')
      .join('\n'),
    facts: [
      [report.file, name],
      [report.filmDate, graded.date === '' ? report.notKnown : format.day(graded.date)],
      [report.view, graded.view || report.notKnown],
      ...(repaired ? [[report.changed, repaired] as const] : []),
      [report.gradedAt, format.dateTime(gradedAt)],
      [report.image, viewer.size(input.width, input.height, input.format)],
      [analyse.details.model, `${model.name} ${model.version}`],
      [analyse.details.checksum, input.sha256],
    ],
  };
}

function ends([low = 0, high = 0]: readonly number[], { format }: Catalogue): [string, string] {
  return [format.score(low), format.score(high)];
}

function adviceOf({ refer, quality }: Prediction, { report }: Catalogue): string {
  if (refer) {
    return report.refer;
  }
  // Of a film that is not fit for a judgement no grade is sure, and none is plausible.
  return quality.accepted ? report.sure : '';
}

/** The person's own score beside the model's. */
function readingLines({ reading }: Graded, catalogue: Catalogue): string[] {
  const said = readerSaid(reading ?? null, catalogue);
  if (!said) {
    return [];
  }
  const { grade, total, zones, blind, comment, contradiction } = said;
  const line = [grade, total, zones, blind, comment].filter((words) => words !== '').join(' · ');
  return [`${catalogue.report.reader}: ${line}`, ...(contradiction ? [contradiction] : [])];
}

/**
 * Of words that were written for another result, by another version or of another picture of the film,
 * and may hold its grade and numbers: which one; else empty.
 */
export function otherResult(graded: Graded, { report }: Catalogue): string {
  const { impression = null, writtenFor = null, writtenOf = null, prediction } = graded;
  const { model, input } = prediction;
  if (impression === null) {
    return '';
  }
  return [
    writtenFor !== null && writtenFor !== model.version && report.writtenFor(writtenFor),
    writtenOf !== null && writtenOf !== input.sha256 && report.writtenOf,
  ]
    .filter(Boolean)
    .join(' ');
}

/** What a first impression of a film says, for a person to change. */
export function impressionOf({ prediction }: Graded, catalogue: Catalogue): string {
  const { format, report, shared, quality } = catalogue;
  const { brixia, prediction_set, severity } = prediction;
  return [
    ...(prediction.quality.accepted ? [] : [quality.rejected]),
    report.impressionOf(
      shared.severities[severity],
      format.probability(prediction.confidence),
      format.score(brixia.total),
      (brixia.interval ?? []).map((end) => format.score(end)),
    ),
    ...(prediction.refer
      ? [report.between(format.all(prediction_set.map((grade) => shared.severities[grade])))]
      : []),
  ].join(' ');
}

function qualityLines({ quality }: Prediction, catalogue: Catalogue): string[] {
  const findings = findingLines(quality.findings, catalogue);
  return [
    ...(quality.accepted ? [] : [catalogue.quality.rejected]),
    ...(findings.length > 0 ? findings : [catalogue.report.noFindings]),
  ];
}

function findingLines(findings: readonly Finding[], { quality: text }: Catalogue): string[] {
  const words: Readonly<Record<string, string | undefined>> = text.codes;
  return findings.map(
    ({ code, level, message }) => `${text.levels[level]}: ${words[code] ?? message}`,
  );
}

/** Why the grade is to be taken with care, a line for each reason; none of them rejects the film. */
export function careLines({ quality }: Prediction, catalogue: Catalogue): string[] {
  return findingLines(
    quality.findings.filter(({ level }) => level === 'warn'),
    catalogue,
  );
}

function heatmapLines({ explanation }: Prediction, catalogue: Catalogue): string[] {
  const { analyse, report, viewer } = catalogue;
  if (!explanation) {
    return [report.noHeatmap];
  }
  const { opacity, target, low_signal, lung_fraction } = explanation;
  // The picture shows the map of opacity where there is one, and the lines speak of the picture.
  if (opacity) {
    return [viewer.aboutLayer.opacity];
  }
  return [
    analyse.details.method(target),
    ...(low_signal ? [report.weak] : []),
    ...(lung_fraction === null ? [] : [report.insideLungs(lung_fraction)]),
  ];
}
