import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** What the page needs to open without the service: not the samples, not the API's docs. */
const KEPT = /^assets\/.*\.(js|css)$/;
/** From `public/`, which the bundle does not list. */
const PUBLIC = ['/theme.js', '/favicon.svg', '/manifest.webmanifest'];

/** Writes `sw.js` with the names of this build's files, so that the page opens without a network. */
export function serviceWorker(): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    async generateBundle(_, bundle) {
      const names = Object.keys(bundle)
        .filter((name) => KEPT.test(name))
        .sort();
      const files = ['/', ...PUBLIC, ...names.map((name) => `/${name}`)];
      const hash = createHash('sha256').update(files.join('\n'));
      // The bundle's names hold a hash of their content; these do not.
      for (const name of PUBLIC) {
        hash.update(await readFile(join(import.meta.dirname, '../public', name)));
      }
      const version = hash.digest('hex').slice(0, 12);
      const source = await readFile(join(import.meta.dirname, 'sw.js'), 'utf8');
      this.emitFile({
        type: 'asset',
        fileName: 'sw.js',
        source: source
          .replace('__VERSION__', version)
          .replace('__FILES__', JSON.stringify(files, null, 2)),
      });
    },
  };
}
