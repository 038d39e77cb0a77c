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

describe.each(THEMES)('in the %s theme', (theme) => {
  it.each(['page', 'raised'])('the edge of a field is seen on the %s (WCAG 1.4.11)', (ground) => {
    expect(contrast(colourOf('field', theme), colourOf(ground, theme))).toBeGreaterThanOrEqual(3);
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
])('%s gives %s that edge', (path, selector) => {
  const start = read(path).indexOf(`\n${selector} {`);
  const rule = read(path).slice(start).split('}')[0];
  expect(start).toBeGreaterThan(-1);
  expect(rule).toContain('border: 1px solid var(--field);');
});

/** What says that something is chosen. */
const CHOSEN =
  /\[aria-pressed="true"\]|\[data-(selected|chosen)="true"\]|:checked|\[aria-current\]/;
/** The page that is shown is underlined, as elsewhere. */
const OTHERWISE = ['app/Header.module.css'];

const sheets = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.css') && CHOSEN.test(read(path)) && !OTHERWISE.includes(path),
);

it.each(sheets)('%s tells what is chosen in forced colours too', (path) => {
  const forced = read(path).split('@media (forced-colors: active)')[1]?.split('\n}')[0] ?? '';
  expect(forced).toMatch(CHOSEN);
  for (const declaration of [
    'background: Highlight;',
    'color: HighlightText;',
    'forced-color-adjust: none;',
  ]) {
    expect(forced).toContain(declaration);
  }
});
