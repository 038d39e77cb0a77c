import { format } from './format';

/** A result to take along. */
export const report = {
  menu: 'Report',
  pdf: 'Report (PDF)',
  reports: 'Reports (PDF)',
  png: 'Image with heatmap (PNG)',
  json: 'Data (JSON)',
  forms: {
    fhir: 'FHIR bundle',
    sr: 'DICOM structured report, with the patient of the file',
  },
  making: 'Making the report',
  impression: 'Impression',
  impressionHint: 'Your words go into the report, as PDF and as text.',
  writtenFor: (version: string) => `Written for the result of version ${version} of the model.`,
  writtenOf: 'Written for another picture of this film.',
  noForms:
    'Of a repaired picture there is no FHIR or DICOM result: it names no patient and no study.',
  impressionOf: (grade: string, probability: string, total: string, ends: readonly string[]) =>
    `Estimated severity ${grade.toLowerCase()} (${probability}); estimated Brixia score ${total} of 18${ends.length > 0 ? `, 90% interval ${ends.join(' to ')}` : ''}.`,
  between: (grades: string) => `Still plausible: ${grades}.`,
  reader: 'Reader',
  copy: 'Copy as text',
  copied: 'Copied.',
  uncopied:
    'The browser does not let this page copy. Save the report as PDF, or the data as JSON or CSV.',
  print: 'Print',
  summary: (graded: number, refused: number, hidden: number) =>
    `${format.integer(graded)} graded, ${format.integer(refused)} without a grade${hidden > 0 ? `, ${format.integer(hidden)} hidden` : ''}.`,
  versions: (versions: readonly string[]) =>
    `These films were graded by versions ${format.all(versions)} of the model: compare grades of one version only.`,
  progress: (done: number, of: number) => `Making the report: film ${done} of ${of}`,
  writing: (done: number, of: number) => `Writing the pages: film ${done} of ${of}`,
  saved: (name: string) => `Saved ${name}.`,
  failed: 'The report could not be made. Try again; if it fails again, save the data as JSON.',
  failedOf: (name: string) =>
    `The report of ${name} could not be made. Open that film, and try again.`,
  title: 'Estimated COVID-19 severity from a chest radiograph',
  disclaimer:
    'Research software. Not a diagnosis, not a medical device, not for decisions about a patient. The grade speaks of this one image.',
  file: 'File',
  filmDate: 'Date of the film',
  view: 'View',
  notKnown: 'not known',
  changed: 'Changed before grading',
  gradedAt: 'Graded',
  image: 'Image',
  plausible: 'Grades that remain plausible',
  refer: 'Refer to a radiologist: the model cannot tell these grades apart.',
  sure: 'One grade remains plausible.',
  noFindings:
    'The automatic check of the picture raised no objection. It does not look for disease.',
  noHeatmap: 'This report holds no heatmap.',
  mapsMissing: (count: number) =>
    `In this report ${format.integer(count)} ${format.plural(count, { one: 'film has', other: 'films have' })} no heatmap: the service sent none.`,
  weak: 'Weak signal: the heatmap says little.',
  insideLungs: (share: number) =>
    `${format.share(share)} of the map lies inside the estimated lungs.`,
  page: (page: number, of: number) => `Page ${page} of ${of}`,
};
