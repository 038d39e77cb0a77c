import words from '../../client/words/en.json';
import type { Finding } from '../../lib/prediction';

/** What the service finds wanting in an image, by its stable code. */
export const quality = {
  title: 'Image quality',
  rejected: 'Not fit for a judgement. The grade below is shown because you asked for it.',
  why: 'Why it was not graded',
  force: 'Show the prediction all the same',
  caution: 'A grade of such an image may mean nothing. It will be marked.',
  levels: { reject: 'Rejected', warn: 'With care' } as Record<Finding['level'], string>,
  codes: words.findings as Record<Finding['code'], string>,
};
