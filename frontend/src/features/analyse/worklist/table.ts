import { SEVERITIES } from '../../../lib/prediction';
import type { Item } from './films';

const ZONES = ['A', 'B', 'C', 'D', 'E', 'F'] as const;
const LINE_END = '\r\n';
/** So that spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

type Cell = string | number | boolean | null | undefined;

const COLUMNS: readonly (readonly [name: string, of: (item: Item) => Cell])[] = [
  ['file', ({ study }) => study.name],
  ['status', ({ status }) => status],
  ['patient', ({ patient }) => patient],
  ['date', ({ date }) => date],
  ['severity', ({ graded }) => graded?.severity],
  ...SEVERITIES.map(
    (grade) => [`p_${grade}`, ({ graded }: Item) => graded?.probabilities[grade]] as const,
  ),
  ['prediction_set', ({ graded }) => graded?.prediction_set.join(' ')],
  ['refer', ({ graded }) => graded?.refer],
  ['brixia_total', ({ graded }) => graded?.brixia.total],
  ...ZONES.map(
    (zone) => [`brixia_${zone}`, ({ graded }: Item) => graded?.brixia.zones[zone]] as const,
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
  ['model_version', ({ graded }) => graded?.model.version],
  ['sha256', ({ graded }) => graded?.input.sha256],
  ['error', ({ failure }) => failure?.code],
];

export const findingsOf = ({ graded, failure }: Item) =>
  graded?.quality.findings ?? failure?.findings ?? [];

/** RFC 4180; a cell that a spreadsheet would take for a formula is made text. */
function quoted(cell: Cell): string {
  const text = String(cell ?? '');
  const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row for each film, under a header of the service's own names. */
export function csvOf(items: readonly Item[]): string {
  const rows = [
    COLUMNS.map(([name]) => name),
    ...items.map((item) => COLUMNS.map(([, of]) => quoted(of(item)))),
  ];
  return BYTE_ORDER_MARK + rows.map((row) => row.join(',') + LINE_END).join('');
}

/** One object for each film, with the service's whole answer but for its pictures. */
export function jsonOf(items: readonly Item[]): unknown {
  return items.map(({ study, status, patient, date, graded, failure }) => ({
    file: study.name,
    status,
    patient,
    date,
    prediction: graded,
    problem: failure,
  }));
}
