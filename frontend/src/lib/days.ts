const DICOM_DATE = /^(\d{4})(\d\d)(\d\d)$/;

/** YYYYMMDD as YYYY-MM-DD; empty where there is no such day. */
export function isoOfDicom(text: string): string {
  const [, year, month, day] = DICOM_DATE.exec(text) ?? [];
  return year ? dayOrNone(`${year}-${month}-${day}`) : '';
}

/** Anonymisers leave days such as 2020-03-00, which no calendar has. */
export function dayOrNone(iso: string): string {
  const day = new Date(`${iso}T00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(iso) ? iso : '';
}

/** When the first radiograph was taken. */
const FIRST_RADIOGRAPH = '1895-11-08';
/** As far as the day of another place, or UTC's, may be ahead of the reader's. */
const DAY_MS = 86_400_000;

/** The last day that a film can be of, as YYYY-MM-DD. */
export const latestDay = (now: Date): string => isoOf(new Date(now.getTime() + DAY_MS));

/** Whether a film can have been taken on a day, YYYY-MM-DD. */
export const isDayOfFilm = (iso: string, now = new Date()): boolean =>
  iso >= FIRST_RADIOGRAPH && iso <= latestDay(now);

/** The day where the page is read, as YYYY-MM-DD. */
export function isoOf(time: Date): string {
  const digits = (value: number) => String(value).padStart(2, '0');
  return [time.getFullYear(), digits(time.getMonth() + 1), digits(time.getDate())].join('-');
}
