import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const read = (path: string) => readFileSync(join(import.meta.dirname, '../src', path), 'utf8');

/** The rules of a style sheet that hold for printing. */
function printRules(css: string): CSSStyleRule[] {
  const style = document.head.appendChild(document.createElement('style'));
  style.textContent = css;
  const rules = [...(style.sheet?.cssRules ?? [])]
    .filter((rule): rule is CSSMediaRule => 'media' in rule)
    .filter(({ media }) => media.mediaText === 'print')
    .flatMap(({ cssRules }) => [...cssRules] as CSSStyleRule[]);
  style.remove();
  return rules;
}

it("prints the ruler's colours, which are backgrounds, as all of the page's main part", () => {
  const adjusting = printRules(read('app/styles/print.css')).flatMap(({ selectorText, style }) => {
    const value = style.getPropertyValue('print-color-adjust');
    return value === '' ? [] : [[selectorText, value]];
  });
  expect(adjusting).toEqual([['main', 'exact']]);
  // Inherited by what lies in there, unless that says otherwise.
  const ruler = read('features/analyse/result/Ruler.module.css');
  expect(ruler).toMatch(/\.range\b[^}]*background/);
  expect(ruler).not.toContain('print-color-adjust');
  expect(read('app/App.tsx')).toMatch(/<main [^>]*>/);
});

it('hides what is for paper alone on the screen, and what is not for paper on it', () => {
  const css = read('app/styles/print.css');
  expect(css).toMatch(/@media not print \{\s*\[data-print="only"\] \{[^}]*display: none/);
  const hidden = printRules(css).filter(({ style }) => style.display === 'none');
  expect(hidden.map(({ selectorText }) => selectorText)).toEqual(['[data-print="off"]']);
});

it('lets nothing stick to a sheet: it would lie over the middle of what is printed', () => {
  const header = read('app/Header.module.css');
  expect(header).toContain('position: sticky');
  expect(header.split('@media screen').slice(1).join()).toContain('position: sticky');
});
