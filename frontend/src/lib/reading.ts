import { dayOrNone, isDayOfFilm } from './days';
import { gradeOfTotal, ZONE_MOST, ZONES } from './grades';
import { SEVERITIES, type Severity, type Zone } from './prediction';

/** What a reader says of a film. */
export interface Reading {
  readonly grade: Severity | null;
  /** Whole scores, 0 to 3, of the zones that were scored. */
  readonly zones: Readonly<Partial<Record<Zone, number>>>;
  readonly comment: string;
  /** Whether grade and zones were given before the model's result was on the screen. */
  readonly blind: boolean;
  /** When it was last changed, as ISO 8601. */
  readonly at: string;
}

/** What a person wrote of a film beside the reading; files of before have the first alone. */
export interface Words {
  /** For a report; `null` where nothing was written. */
  readonly impression: string | null;
  /** Version of the model beside whose result that was written, and SHA-256 of the picture. */
  readonly writtenFor?: string | null;
  readonly writtenOf?: string | null;
  /** As a person typed it, where one did; see `lasting`. */
  readonly patient?: string | null;
  /** The same: YYYY-MM-DD, or empty. */
  readonly date?: string | null;
}

/** Of one film, as a file of readings holds it: without a score or comment, its words alone. */
export interface KeptReading extends Reading, Words {
  readonly file: string;
  /** Of the file's content; empty where it was not known. */
  readonly sha256: string;
}

/**
 * The name of a patient that means the same in another list; `null` for a bare number: each list
 * counts its patients anew, and somebody else may have that number there.
 */
export const lasting = (patient: string | null): string | null =>
  patient !== null && /^\p{Nd}+$/u.test(patient.trim()) ? null : patient;

const KIND = 'cxr-severity-readings';

/** The Brixia total, 0 to 18; `null` until every zone is scored. */
export function totalOf({ zones }: Pick<Reading, 'zones'>): number | null {
  const scores = ZONES.flatMap((zone) => zones[zone] ?? []);
  return scores.length === ZONES.length ? scores.reduce((sum, score) => sum + score, 0) : null;
}

/** A reader's grade: what was chosen, else what the total of all six zones amounts to. */
export function gradeOf(reading: Pick<Reading, 'grade' | 'zones'>): Severity | null {
  const total = totalOf(reading);
  return reading.grade ?? (total === null ? null : gradeOfTotal(total));
}

/** Whether there is a score in it; a comment alone is none. */
export const isScored = (reading: Reading): boolean =>
  reading.grade !== null || Object.keys(reading.zones).length > 0;

/** Whether anything stands in it; what was written and taken back leaves an empty one. */
export const saysSomething = (reading: Reading | null): reading is Reading =>
  reading !== null && (isScored(reading) || reading.comment !== '');

/** What a file of readings holds. */
export interface ReadingsFile {
  readonly readings: readonly KeptReading[];
  /** SHA-256 of the contents whose results were on the screen, read or not: none is blind again. */
  readonly seen: readonly string[];
}

export const fileOf = (readings: readonly KeptReading[], seen: readonly string[] = []) => ({
  kind: KIND,
  readings,
  seen,
});

/**
 * The readings of such a file.
 *
 * @throws where the text is none, and says nothing of what is wrong with it.
 */
export function readingsIn(text: string): ReadingsFile {
  const held: unknown = JSON.parse(text);
  if (!isRecord(held) || held.kind !== KIND || !Array.isArray(held.readings)) {
    throw new Error('no file of readings');
  }
  const readings = held.readings.map(readingFrom);
  const told = Array.isArray(held.seen) ? held.seen.filter((of) => typeof of === 'string') : [];
  // Files of before say it only by what was not said blind.
  const shown = readings.filter(wasSeen).map(({ sha256 }) => sha256);
  return { readings, seen: [...new Set([...told, ...shown])].filter((of) => of !== '') };
}

/** Whether the result had been on the screen when this was said. */
export const wasSeen = ({ blind }: Reading): boolean => !blind;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function readingFrom(held: unknown): KeptReading {
  if (!isRecord(held) || typeof held.file !== 'string') {
    throw new Error('no reading');
  }
  const scores = isRecord(held.zones) ? held.zones : {};
  const zones = ZONES.flatMap((zone) => {
    const score = scores[zone];
    return typeof score === 'number' && Number.isInteger(score) && score >= 0 && score <= ZONE_MOST
      ? [[zone, score] as const]
      : [];
  });
  const textOrNone = (value: unknown) => (typeof value === 'string' ? value : null);
  const text = (value: unknown) => textOrNone(value) ?? '';
  const date = textOrNone(held.date);
  return {
    file: held.file,
    impression: textOrNone(held.impression),
    writtenFor: textOrNone(held.writtenFor),
    writtenOf: textOrNone(held.writtenOf),
    patient: lasting(textOrNone(held.patient)),
    date: date === '' || (date && isDayOfFilm(dayOrNone(date))) ? date : null,
    sha256: text(held.sha256),
    grade: SEVERITIES.find((grade) => grade === held.grade) ?? null,
    zones: Object.fromEntries(zones),
    comment: text(held.comment),
    blind: held.blind === true,
    at: text(held.at),
  };
}
