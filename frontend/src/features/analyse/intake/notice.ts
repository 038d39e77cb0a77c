import type { Catalogue } from '../../../i18n/catalogue';
import type { Collected } from './collect';

/** What has to be said of files that were not opened; empty where all were. */
export function noticeOf(
  { studies, empty, skipped, beyond }: Collected,
  text: Catalogue['worklist'],
): string {
  return [
    ...empty.map((name) => text.emptyFolder(name)),
    skipped > 0 && text.skipped(skipped),
    beyond > 0 && text.beyond(beyond, studies.length),
  ]
    .filter(Boolean)
    .join(' ');
}
