import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import type { Upload } from './files';

const GRADE = /^Estimated severity (Mild|Moderate|Severe)$/;

export const heading = (page: Page) => page.getByRole('heading', { level: 1 });
export const samples = (page: Page) => page.getByRole('button', { name: /^Sample / });
export const heat = (page: Page) => page.locator('canvas[data-drawn]');

/** As files on the disk: the browser takes these much faster than their content by wire. */
export async function chooseFile(page: Page, ...files: Upload[]): Promise<void> {
  const folder = mkdtempSync(join(inject('films'), 'chosen-'));
  const paths = files.map(({ name, buffer }) => {
    const path = join(folder, name);
    writeFileSync(path, buffer);
    return path;
  });
  // The first one takes files; the one for folders comes after it.
  await page.locator('input[type=file]').first().setInputFiles(paths);
}

export const worklist = (page: Page) => page.getByRole('region', { name: 'Worklist' });
/** What each row of the worklist says, in order. */
export const rows = async (page: Page) => {
  // Rows are drawn in the frame after they have changed or come into sight.
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  return worklist(page).locator('tr[data-status]').allInnerTexts();
};
export const viewport = (page: Page) => page.getByRole('application').first();
export const filmCanvas = (page: Page) => page.locator('canvas[data-shown=true]').first();

/** Waits until `count` films of the worklist are settled. */
export async function expectSettled(page: Page, count: number): Promise<void> {
  const words = count.toLocaleString('en-GB');
  await worklist(page)
    .getByText(`${words} of ${words}`, { exact: true })
    .waitFor({ timeout: 20_000 + 200 * count });
}

/** Puts a file into a `DataTransfer`, as the system would, and fires `type` with it. */
export async function hand(page: Page, type: 'drop' | 'paste', file: Upload): Promise<void> {
  const { name, mimeType } = file;
  const bytes = file.buffer.toString('base64');
  await page.evaluate(
    ([event, base64, fileName, fileType]) => {
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([content], fileName, { type: fileType }));
      const init = { bubbles: true, cancelable: true };
      document.body.dispatchEvent(
        event === 'drop'
          ? new DragEvent('drop', { ...init, dataTransfer: data })
          : new ClipboardEvent('paste', { ...init, clipboardData: data }),
      );
    },
    [type, bytes, name, mimeType] as const,
  );
}

/** Waits for a complete result of the file called `name`. */
export async function expectGraded(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('region', { name: 'Details' }).waitFor();
  await page
    .locator('section[aria-label=Radiograph]')
    .getByText(name, { exact: true })
    .first()
    .waitFor();
  expect(
    await heading(page)
      .innerText()
      .then((text) => text.replace(/\s+/g, ' ')),
  ).toMatch(GRADE);
  const rows = await page.getByRole('list', { name: 'Probability of each grade' }).innerText();
  const shares = [...rows.matchAll(/([\d.]+)%/g)].map(([, share]) => Number(share));
  expect(shares).toHaveLength(3);
  // Whole per cents, one of which may be "<1%" or ">99%".
  const sum = shares.reduce((before, share) => before + share, 0);
  expect(Math.abs(sum - 100)).toBeLessThanOrEqual(2);
  const lungs = page.getByRole('table', {
    name: /^Estimated Brixia score \d+\.\d of 18( 90% interval: \d+\.\d to \d+\.\d)?$/,
  });
  const zones = (await lungs.getByRole('cell').allInnerTexts()).map((cell) => cell.trim());
  expect(zones.map((zone) => zone.charAt(0))).toEqual(['A', 'D', 'B', 'E', 'C', 'F']);
  for (const zone of zones) {
    expect(zone).toMatch(/^[A-F]\s+[0-3]\.\d$/);
  }
  await page.locator('canvas[data-drawn=true]').waitFor();
}

/** Unfolds the map's controls, which lie over the film, and chooses one of its maps. */
export async function openMap(page: Page, layer?: 'Grad-CAM' | 'Opacity seen'): Promise<void> {
  await page.locator('details:has([type=range], [type=radio], canvas)').evaluateAll((panels) => {
    for (const panel of panels) {
      (panel as HTMLDetailsElement).open = true;
    }
  });
  const choice = page.getByRole('radio', { name: layer ?? 'Grad-CAM' });
  if (layer && (await choice.count()) > 0) {
    await choice.check();
  }
}

/** Waits until the map of a grade is shown, or found too weak for it, which is said. */
export async function expectMapOf(page: Page, grade: string): Promise<void> {
  const said = `(The heatmap now shows|No heatmap is drawn for) ${grade.toLowerCase()}[.:]`;
  await page
    .locator('[aria-live=polite]')
    .filter({ hasText: new RegExp(said) })
    .waitFor({ state: 'attached' });
}

/** How much of the heatmap's canvas is coloured, and its average colour there. */
export async function heatStatistics(
  page: Page,
): Promise<{ share: number; red: number; blue: number }> {
  return heat(page).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    let [coloured, red, blue] = [0, 0, 0];
    for (let at = 0; at < data.length; at += 4) {
      if ((data[at + 3] ?? 0) > 0) {
        coloured += 1;
        red += data[at] ?? 0;
        blue += data[at + 2] ?? 0;
      }
    }
    return { share: (4 * coloured) / data.length, red: red / coloured, blue: blue / coloured };
  });
}

export const heatOpacity = (page: Page) =>
  heat(page).evaluate((canvas) => Number(canvas.style.opacity));
