import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { en } from '../../../i18n/catalogue';
import { FIRST_OVERLAY } from '../../../viewer/overlay';
import { saveImage } from '../../../viewer/saveImage';
import { SizeTold } from '../../../viewer/testFilm';
import Compare, { type Side } from './Compare';

// jsdom decodes and draws nothing.
vi.mock('../../../viewer/saveImage', () => ({ saveImage: vi.fn() }));
vi.mock('../../../viewer/useFilm', async () => {
  const { film } = await import('../../../viewer/testFilm');
  return { useFilm: () => ({ status: 'ready', film }) };
});

it('saves with each film what was measured on it, and not on the other', async () => {
  Element.prototype.setPointerCapture = () => undefined;
  vi.stubGlobal('ResizeObserver', SizeTold);
  const side = (id: number, name: string): Side => ({
    id,
    state: { phase: 'running', study: { name, source: new File([], name) } },
    date: '',
    caption: [],
  });
  const ignore = () => undefined;
  render(
    <Compare
      sides={[side(1, 'older.png'), side(2, 'newer.png')]}
      overlay={FIRST_OVERLAY}
      onOverlay={ignore}
      onTarget={ignore}
      onEnd={ignore}
    />,
  );
  await userEvent.click(screen.getByRole('button', { name: en.viewer.tools.length }));
  const saved = async (name: string, to: number) => {
    const pane = within(screen.getByRole('region', { name }));
    const lines = pane.getByRole('img', { name: 'Nothing measured' });
    const mouse = { pointerId: 1, isPrimary: true, button: 0, clientY: 100 };
    fireEvent.pointerDown(lines, { ...mouse, clientX: 100 });
    fireEvent.pointerMove(lines, { ...mouse, clientX: to });
    fireEvent.pointerUp(lines, { ...mouse, clientX: to });
    await userEvent.click(screen.getByRole('button', { name: 'Save the picture as shown' }));
    return vi.mocked(saveImage).mock.lastCall?.[0].lines.map(({ words }) => words);
  };
  expect(await saved('newer.png', 500)).toEqual(['200 px']);
  expect(await saved('older.png', 300)).toEqual(['100 px']);
});
