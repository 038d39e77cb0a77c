import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction } from '../lib/fixtures';
import { OverlayControls } from './OverlayControls';
import { FIRST_OVERLAY } from './overlay';

const ignore = () => undefined;
const panel = (painted: boolean) =>
  render(
    <OverlayControls
      overlay={FIRST_OVERLAY}
      target="burden"
      explanation={prediction('mild').explanation}
      painted={painted}
      onOverlay={ignore}
      onTarget={ignore}
    />,
  ).container;

it('prints the scale of the map, and none of what changes it', () => {
  const container = panel(false);
  const printed = (selector: string) =>
    container.querySelector(selector)?.closest('[data-print="off"]') === null;
  expect(printed('canvas[role="img"]')).toBe(true);
  expect(printed('input')).toBe(false);
});

it('prints no scale of a map that came painted', () => {
  expect(panel(true).querySelector('details')?.getAttribute('data-print')).toBe('off');
});
