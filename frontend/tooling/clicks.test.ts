import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../src', path), 'utf8');

// jsdom knows nothing of style sheets: whether a click gets through is tried in Chromium
// (`e2e/report.e2e.ts`), at one width of many.
it.each([
  ['features/analyse/result/ReportMenu.module.css', 'outcome'],
  ['viewer/Viewer.module.css', 'above'],
])('what is said over the film and its tools takes no click from them: %s', (path, name) => {
  const [, rule] = new RegExp(`^\\.${name} \\{([^}]*)\\}`, 'm').exec(read(path)) ?? [];
  expect(rule).toContain('pointer-events: none');
});
