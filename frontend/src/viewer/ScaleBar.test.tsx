import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { loadCatalogue } from '../i18n/catalogue';
import { LanguageContext } from '../i18n/context';
import { LANGUAGES } from '../i18n/languages';
import type { Plane } from '../lib/plane';
import type { Header } from './decode/film';
import { HeaderPanel } from './HeaderPanel';
import { labelled } from './measure';
import { ScaleBar } from './ScaleBar';
import { film } from './testFilm';

const line = { from: { x: 0, y: 0 }, to: { x: 100, y: 0 } };

it.each(LANGUAGES)('says where lengths are true, wherever it tells them (%s)', async (language) => {
  const catalogue = await loadCatalogue(language);
  const told = (plane: Plane) => {
    const spacing = { row: 0.5, column: 0.5, plane };
    const { container, unmount } = render(
      <LanguageContext value={{ language, catalogue, choose: () => Promise.resolve(false) }}>
        <ScaleBar spacing={spacing} scale={1} onSide={false} size={{ width: 400, height: 400 }} />
        <HeaderPanel header={{} as Header} film={{ ...film, spacing }} />
      </LanguageContext>,
    );
    const bar = container.querySelector('p')?.textContent;
    const header = [...container.querySelectorAll('dd')].at(-1)?.textContent;
    unmount();
    const [ruler] = labelled({ length: line, ratio: [] }, spacing, catalogue);
    return [bar, header, ruler?.words];
  };
  const [plain, ...others] = (['patient', 'detector', 'unknown'] as const).map(told);
  for (const [index, text = ''] of (plain ?? []).entries()) {
    const longer = others.map((texts) => texts[index]);
    expect(new Set([text, ...longer]).size).toBe(3);
    expect(longer.every((words) => words?.startsWith(text))).toBe(true);
  }
});
