import type { Prediction } from './prediction';

/** Forms of a result that the service makes, for systems of a hospital. */
export const RESULT_FORMS = {
  fhir: { mediaType: 'application/fhir+json', ending: 'fhir.json' },
  sr: { mediaType: 'application/dicom', ending: 'sr.dcm' },
} as const;
export type ResultForm = keyof typeof RESULT_FORMS;

/** The forms that a film can be answered in: a DICOM object only where one was sent. */
export const formsOf = ({ input }: Prediction): readonly ResultForm[] =>
  input.format === 'dicom' ? ['fhir', 'sr'] : ['fhir'];
