import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Catalogue, en, loadCatalogue } from '../src/i18n/catalogue';
import { LANGUAGES } from '../src/i18n/languages';
import { shownStrings } from './strings';

const ROOT = join(import.meta.dirname, '../src');
const OUTSIDE = /^(i18n|client)\/|\.test\.tsx?$|test-setup|fixtures/;
const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !OUTSIDE.test(path))
  .map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }));

describe('words outside the catalogues', () => {
  it('there are none', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.flatMap(({ path, source }) => shownStrings(path, source))).toEqual([]);
  });

  it.each([
    ['<p>Hello</p>'],
    ["<p>{'Hello'}</p>"],
    ['<p>{`Hello $name`}</p>'],
    ['<img alt="Chest film" />'],
    ['<button aria-label={`Close $name`} />'],
    ["const notice = 'Only the first was opened.';"],
    ['const notice = `Only the first of $count was opened.`;'],
  ])('finds them in %s', (source) => {
    expect(shownStrings('x.tsx', source)).toHaveLength(1);
  });

  it.each([
    ['<p className="wide title">{text.hello}</p>'],
    ["throw new Error('index.html has no root');"],
    ['<path d="M4 20v-4" />'],
  ])('finds none in %s', (source) => {
    expect(shownStrings('x.tsx', source)).toEqual([]);
  });
});

type Node = string | ((...values: never[]) => unknown) | { readonly [key: string]: Node };

/** `path: string` or `path: function of 2` for every word of a catalogue. */
function outline(node: Node, path = ''): string[] {
  if (typeof node === 'string') {
    return [`${path}: string`];
  }
  if (typeof node === 'function') {
    return [`${path}: function of ${node.length}`];
  }
  return Object.entries(node).flatMap(([key, child]) => outline(child, `${path}.${key}`));
}

describe.each(LANGUAGES)('%s', (language) => {
  it('has the words of English, made of the same parts', async () => {
    const catalogue = await loadCatalogue(language);
    const told = outline(catalogue as unknown as Node);
    expect(told.length).toBeGreaterThan(100);
    expect(told).toEqual(outline(en as unknown as Node));
  });

  it('leaves no word empty or unfinished', async () => {
    const empty = (node: Node, path: string): string[] =>
      typeof node === 'string'
        ? /^\s*$|TODO|undefined|\$\{/.test(node)
          ? [path]
          : []
        : typeof node === 'function'
          ? []
          : Object.entries(node).flatMap(([key, child]) => empty(child, `${path}.${key}`));
    expect(empty((await loadCatalogue(language)) as unknown as Node, language)).toEqual([]);
  });
});

/** Names, units and words that are the same in both languages. */
const SAME = new Set([
  'CXR Severity',
  'Model',
  'CC BY 3.0',
  'SHA-256',
  'Winther et al., COVID-19 Image Repository',
]);

it.each(['ms', 'zh-CN'] as const)('%s translates its sentences', async (language) => {
  const sentences = (node: Node): string[] =>
    typeof node === 'string'
      ? [node]
      : typeof node === 'function'
        ? []
        : Object.values(node).flatMap(sentences);
  const { shortcuts: _, format: __, ...told } = (await loadCatalogue(language)) as Catalogue;
  const english = new Set(sentences(en as unknown as Node));
  const left = sentences(told as unknown as Node).filter(
    (sentence) => english.has(sentence) && /\p{L} \p{L}/u.test(sentence) && !SAME.has(sentence),
  );
  expect(left).toEqual([]);
});
