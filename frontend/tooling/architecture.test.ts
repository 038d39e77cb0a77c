import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../src');
/** From the bottom up: a folder may import what stands before it, and itself. */
const LAYERS = ['client', 'lib', 'i18n', 'components', 'viewer', 'report', 'features', 'app'];
const MAX_LINES = 300;

/** Tests may borrow: a report's test needs a prediction. */
const TEST = /\.test\.tsx?$/;
const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.tsx?$/.test(path),
);
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** -1 for `main.tsx` and whatever else stands at the root or outside. */
const layerOf = (path: string) => LAYERS.indexOf(path.split('/')[0] ?? '');
const featureOf = (path: string) => /^features\/([^/]+)/.exec(path)?.[1];

/** Every module of this source that a file names, types included, as its path from the root. */
function importsOf(path: string): string[] {
  const found = read(path).matchAll(/(?:from\s+|import\s+|import\(\s*)'(\.[^'?]*)[^']*'/g);
  return [...found].map(([, to = '']) => fileOf(join(ROOT, dirname(path), to)));
}

function fileOf(module: string): string {
  const endings = ['.ts', '.tsx', '/index.ts', ''];
  const ending = endings.find((end) => existsSync(module + end) && statSync(module + end).isFile());
  return relative(ROOT, module + (ending ?? ''));
}

function mayImport(from: string, to: string): boolean {
  if (layerOf(from) === -1 || to.startsWith('..')) {
    return true;
  }
  const sameFeature = featureOf(from) === featureOf(to);
  return layerOf(to) < layerOf(from) || (layerOf(to) === layerOf(from) && sameFeature);
}

const written = sources.filter((path) => !TEST.test(path));
const edges = written.flatMap((from) => importsOf(from).map((to) => [from, to] as const));

/** The first way from a module back to itself; none where there is no circle. */
function circleIn(graph: readonly (readonly [string, string])[]): readonly string[] {
  const to = new Map<string, string[]>();
  for (const [from, next] of graph) {
    to.set(from, [...(to.get(from) ?? []), next]);
  }
  const done = new Set<string>();
  const walk = (at: string, way: readonly string[]): readonly string[] => {
    if (way.includes(at)) {
      return [...way.slice(way.indexOf(at)), at];
    }
    if (done.has(at)) {
      return [];
    }
    for (const next of to.get(at) ?? []) {
      const circle = walk(next, [...way, at]);
      if (circle.length > 0) {
        return circle;
      }
    }
    done.add(at);
    return [];
  };
  return [...to.keys()].map((from) => walk(from, [])).find(({ length }) => length > 0) ?? [];
}

it('imports go one way, up the layers, and no feature knows another one', () => {
  expect(edges).toContainEqual(['app/App.tsx', 'features/analyse/AnalysePage.tsx']);
  expect(edges.filter(([from, to]) => !mayImport(from, to))).toEqual([]);
});

it('every folder has its place among the layers', () => {
  const folders = new Set(sources.filter((path) => path.includes('/')).map((p) => p.split('/')[0]));
  expect([...folders].toSorted()).toEqual(LAYERS.toSorted());
});

it('imports run in no circle, not even for types', () => {
  expect(circleIn(edges)).toEqual([]);
  const circle = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'b'],
  ] as const;
  expect(circleIn(circle)).toEqual(['b', 'c', 'b']);
});

it('knows a wrong import when it sees one', () => {
  expect(mayImport('lib/http.ts', 'features/analyse/AnalysePage.tsx')).toBe(false);
  expect(mayImport('lib/http.ts', 'i18n/context.ts')).toBe(false);
  expect(mayImport('viewer/Viewer.tsx', 'features/analyse/shownState.ts')).toBe(false);
  expect(mayImport('features/analyse/shownState.ts', 'app/App.tsx')).toBe(false);
  expect(mayImport('features/analyse/shownState.ts', 'features/model/ModelPage.tsx')).toBe(false);
});

it('files stay small', () => {
  const long = sources.filter(
    (path) => !path.startsWith('client/') && read(path).split('\n').length >= MAX_LINES,
  );
  expect(long).toEqual([]);
});
