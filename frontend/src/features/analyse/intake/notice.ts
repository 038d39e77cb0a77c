import type { Catalogue } from '../../../i18n/catalogue';
import type { Collected, Taken } from './collect';
import type { Way } from './useIntake';

/**
 * Why nothing, or not all, was opened, repaired or saved. Its words are made where it is shown, in the
 * language of then.
 */
export type Notice =
  | {
      readonly kind: 'leftOut';
      /** Folders without a file in them. */
      readonly empty: readonly string[];
      readonly skipped: number;
      readonly unread: number;
      readonly beyond: number;
      readonly taken: number;
    }
  | { readonly kind: 'unrepaired'; readonly unread: number }
  | { readonly kind: 'noFile'; readonly way: Way }
  | { readonly kind: 'unreadable' }
  /** Of a film that is shown no more. */
  | { readonly kind: 'unsaved'; readonly name: string };

/** What has to be said of files that were not opened; `null` where all were. */
export function noticeOf(
  { empty, skipped, unread }: Collected,
  { taken, beyond }: Taken,
): Notice | null {
  return empty.length > 0 || skipped + unread + beyond > 0
    ? { kind: 'leftOut', empty, skipped, unread, beyond, taken }
    : null;
}

export function noticeWords(notice: Notice, catalogue: Catalogue): string {
  const { worklist: text, quality, report } = catalogue;
  switch (notice.kind) {
    case 'leftOut': {
      const { empty, skipped, unread, beyond, taken } = notice;
      return [
        ...empty.map((name) => text.emptyFolder(name)),
        skipped > 0 && text.skipped(skipped),
        unread > 0 && text.unread(unread),
        beyond > 0 && text.beyond(beyond, taken),
      ]
        .filter(Boolean)
        .join(' ');
    }
    case 'unrepaired':
      return quality.repair.failedOf(notice.unread);
    case 'noFile':
      return text.noFile[notice.way];
    case 'unreadable':
      return text.unreadable;
    case 'unsaved':
      return report.failedOf(notice.name);
  }
}
