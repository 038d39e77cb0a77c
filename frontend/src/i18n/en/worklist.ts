import { format } from './format';

const films = (count: number) =>
  `${format.integer(count)} ${format.plural(count, { one: 'film', other: 'films' })}`;

/** Many films at once: the queue, its table and its downloads. */
export const worklist = {
  title: 'Worklist',
  progress: (settled: number, total: number) =>
    `${format.integer(settled)} of ${format.integer(total)}`,
  progressLabel: 'Films that are settled',
  statuses: {
    queued: 'Queued',
    waiting: 'Waiting',
    running: 'Grading',
    done: 'Graded',
    hidden: 'Hidden',
    rejected: 'Not judged',
    failed: 'Failed',
    cancelled: 'Cancelled',
  },
  refer: 'refer',
  mine: (grade: string) => `you: ${grade.toLowerCase()}`,
  forced: 'not fit',
  care: 'with care',
  sameAs: (name: string) => `same picture as ${name}`,
  careFor: (findings: string) => `with care: ${findings}`,
  search: 'Find by name',
  filter: 'Show',
  filters: {
    all: 'All',
    refer: 'To refer',
    rejected: 'Not judged',
    failed: 'Failed',
    open: 'Waiting',
    hidden: 'Hidden',
  },
  columns: {
    name: 'File',
    severity: 'Grade',
    brixia: 'Brixia',
    date: 'Date',
    patient: 'Patient',
    flags: 'Notes',
  } as Record<string, string>,
  sortBy: 'Sort by this; again for the reverse, and again for the order as added',
  wide: 'Wide',
  wideHint: 'The table in the place of the film, with all its columns',
  thumbnails: 'Thumbnails',
  chosen: (count: number) => `${films(count)} chosen`,
  removeChosen: 'Remove these',
  chooseNone: 'Choose none',
  noneMatch: 'No film matches. Empty the search and choose All to see the rest.',
  compare: (name: string) => `Compare with ${name}`,
  retry: (name: string) => `Try ${name} again`,
  cancel: (name: string) => `Cancel ${name}`,
  remove: (name: string) => `Remove ${name} from the list`,
  cancelAll: (count: number) => `Cancel ${films(count)}`,
  add: 'Add films',
  clear: 'Clear the list',
  cleared: (count: number) => `${films(count)} removed from the list.`,
  clearedHint: 'The button “Bring it back” undoes this.',
  undo: 'Bring it back',
  csv: 'CSV',
  json: 'JSON',
  pdf: 'PDF',
  goesOnIn: (seconds: number) =>
    `The queue goes on in ${format.integer(seconds)} ${format.plural(seconds, { one: 'second', other: 'seconds' })}.`,
  goOn: 'Go on now',
  versions: (versions: readonly string[]) =>
    `These films were graded by versions ${format.all(versions)} of the model: compare grades of one version only, or clear the list and open the films again.`,
  noFile: {
    paste:
      'The clipboard holds no image. Copy the picture itself, or save it and drop the file here.',
    drop: 'What was dropped is no file. Save the picture first, then drop the file here.',
  },
  unreadable:
    'What was dropped cannot be read; it may have been moved. Choose the files or the folder instead.',
  emptyFolder: (name: string) =>
    `The folder “${name}” holds no files. Open the folder in which the films are.`,
  skipped: (count: number) =>
    `${format.integer(count)} ${format.plural(count, { one: 'file', other: 'files' })} left out that ${format.plural(count, { one: 'is no film', other: 'are no films' })}.`,
  unread: (count: number) =>
    `${format.integer(count)} ${format.plural(count, { one: 'file or folder', other: 'files or folders' })} could not be read.`,
  beyond: (count: number, taken: number) =>
    `Only the first ${films(taken)} were taken. For the other ${format.integer(count)} open the same again once these are done, with these still in the list.`,
  series: {
    title: 'Films of one patient',
    patient: 'Patient',
    dayHint: 'YYYY-MM-DD',
    date: 'Date of the film',
    dayFaults: {
      unwritten: 'Not taken: write a day that there is as YYYY-MM-DD, such as 2020-03-14.',
      impossible: 'Not taken: no film can be of this day.',
    },
    tooFew: 'Give two graded films the same patient and a date each to see severity over time.',
    hollow: 'Hollow: not fit for a judgement. The line leaves it out.',
    brixia: (score: string) => `Brixia ${score}`,
  },
};
