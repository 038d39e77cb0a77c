import type { Study } from '../../../lib/study';

/** What browsers call a picture on the clipboard, which has no name. */
const NAMELESS = 'image.png';

/**
 * A picture from the clipboard by a name of its own: with the time of day, for a reading that knows
 * nothing else of its film goes by the name. Not with the day, which would be taken for the film's.
 */
export function namedAsPasted(
  study: Study,
  nameAt: (time: string) => string,
  now = new Date(),
): Study {
  const time = now.toTimeString().slice(0, 8).replaceAll(':', '-');
  return study.name === NAMELESS ? { ...study, name: nameAt(time) } : study;
}
