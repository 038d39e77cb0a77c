const EXPORT_AGAIN = 'Export the image again from its source and open that file.';
const CHECK = 'Check the image, or see the prediction all the same and read it with care.';
const NOT_THE_FILE = 'The fault is not in your file.';

/** What can be said of a failure; `title` and `detail` only where the service said nothing. */
export interface FailureText {
  readonly title?: string;
  readonly detail?: string;
  /** What the user can do next. */
  readonly hint: string;
}

/** By the service's stable code, or one of this page's own. */
const words = {
  'empty-file': { hint: 'Choose the file again; its copy may not have finished.' },
  'not-an-image': {
    hint: 'Open the radiograph itself. What a file is called does not matter; its content does.',
  },
  'unsupported-format': { hint: 'Save the image as PNG, JPEG, TIFF or DICOM and open that file.' },
  'damaged-image': { hint: EXPORT_AGAIN },
  'file-too-large': {
    title: 'The file is too large',
    detail: 'At most 25 MB are accepted. The file was not sent.',
    hint: 'Compress or scale down the image, or export it in a smaller size.',
  },
  'image-too-large': { hint: 'Scale the image down, then open it again.' },
  'image-too-small': { hint: 'Open the original image, not its thumbnail.' },
  'image-without-contrast': {
    hint: 'Open the image in a viewer: if it is blank there too, export it again; if not, its window settings may miss the data.',
  },
  'multi-frame': { hint: 'Save the one image you mean as a file of its own.' },
  'unsupported-colour-space': { hint: 'Save the image in greyscale or RGB.' },
  'dicom-not-a-radiograph': {
    hint: 'Open a CR or DX image, or a secondary capture of one. CT, MR and others cannot be graded.',
  },
  'not-a-frontal-chest-radiograph': { hint: 'Open the PA or AP film of the chest.' },
  'cross-section': { hint: CHECK },
  'lateral-projection': { hint: CHECK },
  'inverted-grey-scale': { hint: CHECK },
  'turned-by-90-degrees': { hint: CHECK },
  'turned-by-180-degrees': { hint: CHECK },
  'field-too-small': { hint: CHECK },
  'low-resolution': { hint: CHECK },
  'dicom-for-processing': {
    hint: 'Export the image “for presentation” from your PACS; raw detector data is not graded.',
  },
  'dicom-without-image': { hint: 'Choose the object of the study that holds the image.' },
  'dicom-unsupported-encoding': { hint: 'Export the DICOM object uncompressed, or as PNG.' },
  'not-ready': {
    hint: 'The model may still be loading. Try again in a few seconds; if this lasts, tell whoever runs the service.',
  },
  'upload-too-slow': { hint: 'The connection is slow. Try again, or send a smaller export.' },
  busy: { hint: `${NOT_THE_FILE} Wait a few seconds and try again.` },
  'internal-error': {
    hint: `${NOT_THE_FILE} Try again; if it happens again, report it with the time.`,
  },
  network: {
    title: 'The service cannot be reached',
    detail: 'The connection failed before an answer arrived.',
    hint: 'Check your connection and that the service is running, then try again.',
  },
  'unexpected-answer': {
    title: 'The answer cannot be read',
    detail: 'Something other than the service answered, perhaps a proxy in between.',
    hint: `${NOT_THE_FILE} Try again; if this lasts, tell whoever runs the service.`,
  },
  'other-version': {
    title: 'The service is of another version than this page',
    detail: 'Its answer has another shape than this page reads.',
    hint: 'Save your results, then reload the page to get the one that fits the service.',
  },
  'unreadable-file': {
    title: 'The file cannot be read',
    detail: 'It is a folder, or it was moved or changed after you chose it.',
    hint: 'Choose the file again.',
  },
} satisfies Record<string, FailureText>;

export type FailureCode = keyof typeof words;

/** Why there is no result, and what to do next. */
export const failures = {
  words: words as Record<FailureCode, FailureText>,
  unknown: {
    title: 'The file was not graded',
    hint: 'Try again, or open another file.',
  } as FailureText,
};
