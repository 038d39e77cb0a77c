import words from '../../client/words/en.json';
import type { Finding } from '../../lib/prediction';
import { format } from './format';

/** What the service finds wanting in an image, by its stable code. */
export const quality = {
  title: 'Image quality',
  rejected: 'Not fit for a judgement. The grade below is shown because you asked for it.',
  why: 'Why it was not graded',
  force: 'Show the prediction all the same',
  caution: 'A grade of such an image may mean nothing. It will be marked.',
  repair: {
    turn: 'Turn it upright and grade',
    invert: 'Invert black and white and grade',
    both: 'Turn upright, invert and grade',
    all: (count: number) => `Do so with all ${format.integer(count)} films rejected for this`,
    working: 'Repairing the picture',
    failed: 'This page cannot read the pixels of this file, and so cannot repair it.',
    failedOf: (count: number) =>
      `Files whose pixels this page cannot read: ${format.integer(count)}. They stay as they were.`,
    turned: (degrees: number) => `turned by ${format.integer(degrees)}°`,
    inverted: 'black and white exchanged',
    done: (what: string) => `On this page, before it was graded: ${what}.`,
    undo: 'Use the file as it is',
  },
  levels: { reject: 'Rejected', warn: 'With care' } as Record<Finding['level'], string>,
  codes: {
    ...words.findings,
    // The page mends these itself: nobody is sent to another program.
    'inverted-grey-scale': 'Black and white look exchanged.',
    'turned-by-90-degrees': 'The radiograph lies on its side.',
    'turned-by-180-degrees': 'The radiograph is upside down.',
  } as Record<Finding['code'], string>,
};
