import words from '../../client/words/en.json';
import { format } from './format';

const NOT_THE_FILE = 'The fault is not in your file.';
const OTHER_KEY = 'Enter another one at the top of the page.';

/** What can be said of a failure; `detail` only of those that this page finds by itself. */
export interface FailureText {
  readonly title: string;
  readonly detail?: string;
  /** What the user can do next. */
  readonly hint: string;
}

/** By the service's stable code, whose words are generated from its own, or one of this page's. */
const known = {
  ...words.problems,
  // Here the key has its place on the page.
  'credentials-missing': {
    title: 'The service asks for an API key',
    hint: 'Enter it at the top of the page. Whoever runs the service gives keys.',
  },
  'credentials-invalid': { title: 'The key is not accepted', hint: OTHER_KEY },
  'credentials-expired': { title: words.problems['credentials-expired'].title, hint: OTHER_KEY },
  'scope-missing': { title: words.problems['scope-missing'].title, hint: OTHER_KEY },
  network: {
    title: 'No answer from the service',
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
  cancelled: {
    title: 'Grading was cancelled',
    detail: 'This film was taken out of the queue before it was graded.',
    hint: 'Try again to have it graded.',
  },
} satisfies Record<string, FailureText>;

export type FailureCode = keyof typeof known;

/** Why there is no result, and what to do next. */
export const failures = {
  words: known as Record<FailureCode, FailureText>,
  /** Of a file that was not sent, since it is over the service's limit. */
  tooLarge: (maxBytes: number) =>
    `At most ${format.megabytes(maxBytes)} are accepted. The file was not sent.`,
  unknown: {
    title: 'The file was not graded',
    hint: 'Try again, or open another file.',
  } as FailureText,
};
