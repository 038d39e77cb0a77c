import type { Catalogue } from '../i18n/catalogue';
import { gradeOfTotal, TOTAL_MOST, ZONES } from '../lib/grades';
import { gradeOf, isScored, type Reading, saysSomething, totalOf } from '../lib/reading';

/** What a reader said of a film, in words; each is empty where there is nothing to say. */
export interface ReaderSaid {
  readonly grade: string;
  /** Of all six zones. */
  readonly total: string;
  /** The zones that were scored, each with its score. */
  readonly zones: string;
  /** Where zones and chosen grade do not go together: one of them may be a slip. */
  readonly contradiction: string;
  /** Whether the scores were given blind. */
  readonly blind: string;
  readonly comment: string;
}

/** What `reading` says; `null` where nothing is in it. The page and every report say it from here. */
export function readerSaid(reading: Reading | null, catalogue: Catalogue): ReaderSaid | null {
  const { format, reading: text, shared } = catalogue;
  if (!saysSomething(reading)) {
    return null;
  }
  const grade = gradeOf(reading);
  const total = totalOf(reading);
  const amounts = total === null ? null : gradeOfTotal(total);
  const totalWords = total === null ? '' : text.total(total, TOTAL_MOST);
  const zones = ZONES.flatMap((zone) => {
    const score = reading.zones[zone];
    return score === undefined ? [] : [`${zone} ${format.integer(score)}`];
  });
  return {
    grade: grade ? shared.severities[grade] : '',
    total: totalWords,
    zones: zones.length > 0 ? text.zones(zones.join(', ')) : '',
    contradiction:
      amounts && reading.grade && amounts !== reading.grade
        ? text.contradicts(totalWords, shared.severities[amounts], shared.severities[reading.grade])
        : '',
    blind: isScored(reading) ? (reading.blind ? text.wasBlind : text.notBlind) : '',
    comment: reading.comment,
  };
}
