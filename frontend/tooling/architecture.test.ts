import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../src');
const SHARED = ['client', 'components', 'i18n', 'lib', 'report'];
const LAYERS = ['shared', 'features', 'app'];
const MAX_LINES = 300;

/** Tests may borrow: a report's test needs a prediction. */
const TEST = /\.test\.tsx?$/;
const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.tsx?$/.test(path),
);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** 0 for shared, 1 for features, 2 for app; -1 for `main.tsx` and whatever is outside. */
function layerOf(path: string): number {
  const [folder = ''] = path.split('/');
  return LAYERS.indexOf(SHARED.includes(folder) ? 'shared' : folder);
}

const featureOf = (path: string) => /^features\/([^/]+)/.exec(path)?.[1];

function importsOf(path: string): string[] {
  const found = read(path).matchAll(/(?:from|import)\s+'(\.[^']*)'/g);
  return [...found].map(([, to = '']) => relative(ROOT, join(ROOT, dirname(path), to)));
}

/** Shared code knows no feature, no feature knows another one, and none knows the app. */
function mayImport(from: string, to: string): boolean {
  if (layerOf(from) === -1 || to.startsWith('..')) {
    return true;
  }
  const sameFeature = featureOf(from) === featureOf(to);
  return layerOf(to) < layerOf(from) || (layerOf(to) === layerOf(from) && sameFeature);
}

it('imports go one way: shared, features, app', () => {
  const edges = sources
    .filter((path) => !TEST.test(path))
    .flatMap((from) => importsOf(from).map((to) => [from, to] as const));
  expect(edges).toContainEqual(['app/App.tsx', 'features/analyse/AnalysePage']);
  expect(edges.filter(([from, to]) => !mayImport(from, to))).toEqual([]);
});

it('knows a wrong import when it sees one', () => {
  expect(mayImport('lib/http.ts', 'features/analyse/types')).toBe(false);
  expect(mayImport('features/analyse/types.ts', 'app/App')).toBe(false);
  expect(mayImport('features/analyse/types.ts', 'features/model/ModelPage')).toBe(false);
});

it('files stay small', () => {
  const written = sources.filter((path) => !path.startsWith('client/'));
  expect(written.filter((path) => read(path).split('\n').length >= MAX_LINES)).toEqual([]);
});
