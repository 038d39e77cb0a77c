import { format } from './format';

interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What a version of the model is worth. */
export const model = {
  title: (name: string, version: string) => `${name} ${version}`,
  lead: (images: number, patients: number) =>
    `Measured on ${format.integer(images)} films of ${format.integer(patients)} patients, each read only by networks that had never seen the patient. In brackets: 95% intervals.`,
  loading: 'Loading what is known of the model',
  unavailable: 'What is known of the model could not be loaded',
  made: (date: Date) => `Made ${format.date(date)}`,
  sections: {
    metrics: 'How often is it right?',
    confusion: 'What it takes for what',
    reliability: 'Do its probabilities mean what they say?',
    coverage: 'Where it is sure, is it right?',
    subgroups: 'For whom does it work less well?',
    data: 'Data and limits',
    card: 'Model card',
  },
  columns: {
    measure: 'Measure',
    model: 'Model, all films',
    onReaders: 'Model, films that two radiologists scored',
    readers: 'Those two radiologists with each other',
    senior: 'Model against the senior alone, same films',
    majority: 'Always the most frequent grade',
  },
  rows: {
    images: 'Films (patients)',
    accuracy: 'Accuracy',
    macroF1: 'Macro-F1',
    kappa: 'Quadratic weighted kappa',
    f1: (grade: string) => `F1, ${grade}`,
    twoStep: 'Mild taken for severe, or the reverse',
    brixiaError: 'Brixia total: mean absolute error',
    brixiaR: 'Brixia total: correlation',
  },
  ceiling: (model: string, readers: string) =>
    `“${model}” and “${readers}” tell the human ceiling: how well the model agrees with the mean of two radiologists, and how well they agree with each other, on the same films.`,
  confusion: {
    caption: (seeds: number) =>
      `Readings by reference grade (rows) and predicted grade (columns)${seeds > 1 ? `; ${format.integer(seeds)} networks read each film` : ''}`,
    reference: 'Reference',
    predicted: (grade: string) => `Predicted ${grade}`,
    summary: (right: number, all: number) =>
      `${format.integer(right)} of ${format.integer(all)} readings lie on the diagonal: there, both grades agree.`,
  },
  reliability: {
    x: 'Model confidence',
    y: 'Share that is right',
    readings: 'Readings',
    ideal: 'Perfectly calibrated',
    summary: ({ value, low, high }: Interval) =>
      `On average, confidence and share of right grades differ by ${format.metric(value)} (${format.metric(low)}–${format.metric(high)}; expected calibration error). Points above the line: more often right than it says; below: less often.`,
  },
  coverage: {
    x: 'Share of films that the model grades, most confident first',
    y: 'Share of wrong grades',
    summary: (atHalf: Interval, at90: number) =>
      `On the half that it is most sure of, it is right on ${format.share(atHalf.value)} (${format.shares(atHalf.low, atHalf.high)}). It is right 9 times in 10 only on the surest ${format.share(at90)}.`,
  },
  sets: (coverage: Interval, size: Interval) =>
    `Prediction sets hold the reference grade in ${format.share(coverage.value)} of films (${format.shares(coverage.low, coverage.high)}) with ${format.metric(size.value)} grades on average.`,
  table: 'Show as a table',
  subgroup: {
    group: 'Group',
    attributes: { view: 'View', sex: 'Sex', age: 'Age', source: 'Source' } as Record<
      'view' | 'sex' | 'age' | 'source',
      string
    >,
    values: {
      unknown: 'unknown',
      F: 'female',
      M: 'male',
      'below 40': 'below 40',
      '40 to 64': '40 to 64',
      '65 and over': '65 and over',
    } as Record<string, string>,
    note: 'Small groups have wide intervals: a difference within them may be chance.',
  },
  limits: [
    'The films are few; the intervals are the honest reading of the tables.',
    'They come from case reports and single hospitals; other populations and devices are not known.',
    'The reference carries the disagreement of its readers, and in part combines two scales.',
    'Not for children, lateral films, CT, other diseases, follow-up of one patient or triage.',
  ],
  data: (images: number, patients: number, folds: number) =>
    `Trained on ${format.integer(images)} public films of ${format.integer(patients)} COVID-19 patients; measured in ${format.integer(folds)} folds that keep each patient in one.`,
  calibration: (coverage: number, threshold: number) =>
    `Probabilities are calibrated on films that the networks had not seen, from the class scores and the zone scores together; a grade is plausible from ${format.metric(threshold)} on, set to hold the reference grade in ${format.ofHundred(coverage)} of 100 films.`,
  files: 'Checksum of the weights (SHA-256)',
  licence: 'Intended use and licence, as the version states them',
  cardNote: 'The card comes with the version and is written in English.',
  cardFailed: 'The model card could not be loaded.',
  rawCard: 'The card as Markdown',
  rawManifest: 'All figures as JSON',
  headers: { confidence: 'Mean confidence', accuracy: 'Right', coverage: 'Graded', risk: 'Wrong' },
};
