import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../src');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const tokens = read('app/styles/tokens.css');
const THEMES = ['light', 'dark'] as const;

function colourOf(token: string, theme: (typeof THEMES)[number]): string {
  const found = new RegExp(`--${token}: light-dark\\((#\\w{6}), (#\\w{6})\\);`).exec(tokens);
  return found?.[theme === 'light' ? 1 : 2] ?? `no ${token}`;
}

/** Relative luminance (WCAG 2.2) of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((share) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

it('measures contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

/** The declarations of a selector in a style sheet; empty where there is no such rule. */
const ruleOf = (path: string, selector: string) =>
  read(path).split(`\n${selector} {`)[1]?.split('}')[0] ?? '';

describe.each(THEMES)('in the %s theme', (theme) => {
  it.each(['page', 'raised'])('edges are seen on the %s (WCAG 1.4.11)', (ground) => {
    for (const edge of ['field', 'text', 'text-soft', 'focus', 'mild', 'moderate', 'severe']) {
      const seen = contrast(colourOf(edge, theme), colourOf(ground, theme));
      expect(seen, edge).toBeGreaterThanOrEqual(3);
    }
  });
});

/** A style sheet and the selector of a field in it. */
it.each([
  ['features/analyse/worklist/WorklistPanel.module.css', '.field'],
  ['features/analyse/worklist/Series.module.css', '.field'],
  ['features/analyse/reading/Reading.module.css', '.comment textarea'],
  ['features/analyse/result/ReportMenu.module.css', '.impression textarea'],
  ['viewer/Toolbar.module.css', '.select'],
  ['viewer/OverlayControls.module.css', '.select'],
])('%s gives %s the edge of a field', (path, selector) => {
  expect(ruleOf(path, selector)).toContain('border: 1px solid var(--field);');
});

/** What is pressed or chosen, and the edge that says so: its ground differs too little. */
it.each([
  ['viewer/Toolbar.module.css', '.tool[aria-pressed="true"]', 'border-color: var(--text);'],
  [
    'features/analyse/compare/Compare.module.css',
    '.bar [aria-pressed="true"]',
    'border-color: var(--text-soft);',
  ],
  [
    'features/analyse/reading/Reading.module.css',
    '.head [aria-pressed="true"]',
    'border-color: var(--text);',
  ],
  [
    'features/analyse/reading/Reading.module.css',
    '.grade[aria-pressed="true"]',
    'border-color: var(--grade);',
  ],
  [
    'features/analyse/worklist/Counts.module.css',
    '.count[aria-pressed="true"]',
    'border-color: var(--text);',
  ],
  [
    'features/analyse/worklist/FilmTable.module.css',
    '.row[data-chosen="true"]',
    'box-shadow: inset 0 0 0 1px var(--focus);',
  ],
  [
    'features/analyse/worklist/RowActions.module.css',
    '.action[aria-pressed="true"]',
    'border-color: var(--text);',
  ],
  [
    'features/analyse/worklist/WorklistPanel.module.css',
    '.option[aria-pressed="true"]',
    'border-color: var(--text);',
  ],
])('%s gives %s an edge that is seen', (path, selector, edge) => {
  expect(ruleOf(path, selector)).toContain(edge);
});

const sheets = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.css'),
);
const forcedOf = (path: string) =>
  read(path).split('@media (forced-colors: active)')[1]?.split('\n}')[0] ?? '';
const HIGHLIT = [
  'background: Highlight;',
  'color: HighlightText;',
  'forced-color-adjust: none;',
] as const;

/** What says that something is chosen, other than a button that is pressed. */
const CHOSEN = /\[data-(selected|chosen)="true"\]|:checked|\[aria-current\]/;
/** The page that is shown is underlined, as elsewhere; what a row says is said by the row. */
const OTHERWISE = ['app/Header.module.css', 'features/analyse/worklist/RowActions.module.css'];

it.each(sheets.filter((path) => CHOSEN.test(read(path)) && !OTHERWISE.includes(path)))(
  '%s tells what is chosen in forced colours too',
  (path) => {
    const forced = forcedOf(path);
    expect(forced).toMatch(CHOSEN);
    for (const declaration of HIGHLIT) {
      expect(forced).toContain(declaration);
    }
  },
);

it('one rule tells what is pressed in forced colours, and none of a module outranks it', () => {
  const forced = forcedOf('app/styles/base.css');
  expect(forced).toContain('button[aria-pressed="true"][aria-pressed] {');
  for (const declaration of HIGHLIT) {
    expect(forced).toContain(declaration);
  }
  const selectors = sheets
    .filter((path) => path.endsWith('.module.css'))
    .map((path) => read(path).replace(/\/\*.*?\*\//gs, ''))
    .flatMap((css) => css.match(/[^\s,{}][^,{}]*\[aria-pressed[^,{}]*(?=[,{])/g) ?? []);
  expect(selectors.length).toBeGreaterThan(5);
  // Two classes, attributes or states and an element are that rule's own.
  const rank = (selector: string) => selector.match(/[.:[]/g)?.length ?? 0;
  expect(selectors.filter((selector) => rank(selector) > 2)).toEqual([]);
});
