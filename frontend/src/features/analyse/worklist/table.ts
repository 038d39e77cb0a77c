import { isoOf } from '../../../lib/days';
import { ZONES } from '../../../lib/grades';
import { SEVERITIES } from '../../../lib/prediction';
import { gradeOf, isScored, totalOf } from '../../../lib/reading';
import { agreementIn } from '../reading/agreementIn';
import { patientOf } from './dated';
import type { Item } from './films';

const LINE_END = '\r\n';
/** So that spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

type Cell = string | number | boolean | null | undefined;

/** More decimals would promise what no estimate holds. */
const rounded = (value: number | null | undefined, decimals: number) => value?.toFixed(decimals);

type Column = readonly [name: string, of: (item: Item, listKappa: Cell) => Cell];

const COLUMNS: readonly Column[] = [
  ['folder', ({ study }) => study.name.split('/').slice(0, -1).join('/')],
  ['file', ({ study }) => study.name.split('/').at(-1)],
  ['status', ({ status }) => status],
  ['patient', patientOf],
  ['date', ({ date }) => date],
  ['view', ({ view }) => view],
  ['graded_at', ({ gradedAt }) => gradedAt?.toISOString()],
  ['severity', ({ graded }) => graded?.severity],
  ...SEVERITIES.map(
    (grade) =>
      [`p_${grade}`, ({ graded }: Item) => rounded(graded?.probabilities[grade], 3)] as const,
  ),
  ['prediction_set', ({ graded }) => graded?.prediction_set.join(' ')],
  ['refer', ({ graded }) => graded?.refer],
  ['brixia_total', ({ graded }) => rounded(graded?.brixia.total, 2)],
  ['brixia_low', ({ graded }) => rounded(graded?.brixia.interval?.[0], 2)],
  ['brixia_high', ({ graded }) => rounded(graded?.brixia.interval?.[1], 2)],
  ...ZONES.map(
    (zone) =>
      [`brixia_${zone}`, ({ graded }: Item) => rounded(graded?.brixia.zones[zone], 2)] as const,
  ),
  [
    'accepted',
    ({ graded, status }) => graded?.quality.accepted ?? (status === 'rejected' ? false : null),
  ],
  [
    'findings',
    (item) =>
      findingsOf(item)
        .map(({ code }) => code)
        .join(' '),
  ],
  ['turned_by', ({ study }) => study.repaired?.repair.turned],
  ['inverted', ({ study }) => study.repaired?.repair.inverted],
  ['forced', ({ graded, forced }) => graded && forced],
  ['map_low_signal', ({ mapQuality }) => mapQuality?.lowSignal],
  ['map_inside_lungs', ({ mapQuality }) => rounded(mapQuality?.insideLungs, 2)],
  ['reader_grade', ({ reading }) => reading && gradeOf(reading)],
  ['reader_total', ({ reading }) => reading && totalOf(reading)],
  ...ZONES.map((zone) => [`reader_${zone}`, ({ reading }: Item) => reading?.zones[zone]] as const),
  ['reader_comment', ({ reading }) => reading?.comment],
  ['reader_blind', ({ reading }) => reading && isScored(reading) && reading.blind],
  [
    'reader_kappa_of_list',
    ({ graded, reading }, kappa) => (graded && reading && gradeOf(reading) ? kappa : null),
  ],
  ['model_version', ({ graded }) => graded?.model.version],
  ['sha256', ({ graded }) => graded?.input.sha256],
  ['error', ({ failure }) => failure?.code],
];

export const findingsOf = ({ graded, failure }: Item) =>
  graded?.quality.findings ?? failure?.findings ?? [];

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** RFC 4180; a cell that a spreadsheet would take for a formula is made text. */
function quoted(cell: Cell): string {
  const text = String(cell ?? '');
  const formula = typeof cell === 'string' && FORMULA.test(text) && !NUMBER.test(text);
  const safe = formula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A name that tells when the list was taken along: several lie in one folder. */
export function fileNameOf(now: Date, ending: string, what = 'severity'): string {
  const digits = (value: number) => String(value).padStart(2, '0');
  return `${what}-${isoOf(now)}-${digits(now.getHours())}${digits(now.getMinutes())}.${ending}`;
}

/**
 * One row for each film, under a header of the service's own names.
 *
 * @param list every film of the list that `items` were chosen from.
 */
export function csvOf(items: readonly Item[], list = items): string {
  // Of the whole list, as the page tells it, whichever of its films are taken along.
  const kappa = rounded(agreementIn(list)?.kappa, 3);
  const rows = [
    COLUMNS.map(([name]) => name),
    ...items.map((item) => COLUMNS.map(([, of]) => quoted(of(item, kappa)))),
  ];
  return BYTE_ORDER_MARK + rows.map((row) => row.join(',') + LINE_END).join('');
}

/** One object for each film, with the service's whole answer but for its pictures. */
export function jsonOf(items: readonly Item[]): unknown {
  return items.map(({ study, status, date, graded, failure, ...item }) => ({
    file: study.name,
    status,
    patient: patientOf(item),
    date,
    view: item.view,
    graded_at: item.gradedAt?.toISOString() ?? null,
    prediction: graded,
    problem: failure,
    repair: study.repaired?.repair ?? null,
    reading: item.reading,
    impression: item.impression,
    impression_model_version: item.writtenFor,
    impression_sha256: item.writtenOf,
  }));
}
