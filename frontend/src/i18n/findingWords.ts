import type { Finding } from '../lib/prediction';
import type { Catalogue } from './en';

/** What was found, one sentence after the other. */
export function findingWords(
  findings: readonly Finding[],
  { codes }: Catalogue['quality'],
): string {
  const known: Readonly<Record<string, string | undefined>> = codes;
  // A newer service may know more codes than this page.
  return findings.map(({ code, message }) => known[code] ?? message).join(' ');
}
