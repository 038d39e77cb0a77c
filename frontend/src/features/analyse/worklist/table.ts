import { ZONES } from '../../../lib/grades';
import { SEVERITIES } from '../../../lib/prediction';
import type { Item } from './films';

const LINE_END = '\r\n';
/** So that spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

type Cell = string | number | boolean | null | undefined;

/** More decimals would promise what no estimate holds. */
const rounded = (value: number | null | undefined, decimals: number) => value?.toFixed(decimals);

const COLUMNS: readonly (readonly [name: string, of: (item: Item) => Cell])[] = [
  ['folder', ({ study }) => study.name.split('/').slice(0, -1).join('/')],
  ['file', ({ study }) => study.name.split('/').at(-1)],
  ['status', ({ status }) => status],
  ['patient', ({ patient }) => patient],
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
  ['forced', ({ graded, forced }) => graded && forced],
  ['map_low_signal', ({ mapQuality }) => mapQuality?.lowSignal],
  ['map_inside_lungs', ({ mapQuality }) => rounded(mapQuality?.insideLungs, 2)],
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

/** A name that tells when the list was taken along: several lie in one folder. */
export function fileNameOf(now: Date, ending: string): string {
  const digits = (value: number) => String(value).padStart(2, '0');
  const day = [now.getFullYear(), digits(now.getMonth() + 1), digits(now.getDate())].join('-');
  return `severity-${day}-${digits(now.getHours())}${digits(now.getMinutes())}.${ending}`;
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
