import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../src');

it('has no two modules of one name, but for the languages of a text', () => {
  const names = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path) && !/(^|\/)(i18n|client)\//.test(path))
    .map((path) => basename(path).replace(/(\.test)?\.tsx?$/, '$1'));
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  expect(names.length).toBeGreaterThan(100);
  expect(twice).toEqual([]);
});
