import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction, study } from '../../../lib/fixtures';
import type { Prediction } from '../../../lib/prediction';
import { Flags } from './Flags';
import { FRESH, NO_FACTS } from './films';

const findings = [
  { code: 'under-exposed', level: 'warn', message: 'M', value: 1, limit: 0 },
  // As a newer service might find.
  { code: 'of-tomorrow', level: 'warn', message: 'Said by the service.', value: 1, limit: 0 },
] as unknown as Prediction['quality']['findings'];

function signs(quality: Prediction['quality'], twin?: string) {
  const { explanation: _, ...answer } = prediction('mild');
  const graded = { ...answer, refer: true, quality };
  const item = { ...FRESH, ...NO_FACTS, id: 1, study: study(), graded };
  render(
    <table>
      <tbody>
        <tr>
          <Flags item={item} twin={twin} />
        </tr>
      </tbody>
    </table>,
  );
  return screen.getAllByRole('img').map((sign) => sign.getAttribute('aria-label'));
}

it('marks a film that is fit with care, and names what was found', () => {
  const told =
    'with care: The lungs show hardly any contrast; changes may be hidden there. Said by the service.';
  expect(signs({ accepted: true, findings })).toEqual(['refer', told]);
  expect(screen.getByTitle(told).textContent).toBe('△ with care');
});

it('says not fit alone where it is not, and nothing of a film without findings', () => {
  expect(signs({ accepted: false, findings })).toEqual(['not fit', 'refer']);
});

it('has no sign for a film without findings', () => {
  expect(signs({ accepted: true, findings: [] })).toEqual(['refer']);
});

it('says of which film it is the same picture', () => {
  const told = signs({ accepted: true, findings: [] }, 'first.png');
  expect(told).toEqual(['refer', 'same picture as first.png']);
});
