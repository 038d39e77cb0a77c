import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { prediction } from '../lib/fixtures';
import { Notes } from './Notes';
import { mapOf } from './shownMap';

it('says of a map that is not drawn that it is not', () => {
  const { explanation, ...graded } = prediction('severe');
  for (const reason of ['faint', 'outside-lungs'] as const) {
    const weak = explanation && { ...explanation, low_signal: true, low_signal_reason: reason };
    expect(mapOf(weak, 'grad-cam')).toBeNull();
    const { container, unmount } = render(
      <Notes
        result={{
          shown: { ...graded, explanation: weak },
          target: 'predicted',
          predictions: {},
          pending: null,
          targetFailure: null,
        }}
        overlaid={false}
        zones={false}
        layer="grad-cam"
        onTarget={() => undefined}
      />,
    );
    expect(container.textContent).toMatch(/\bnot drawn\b/);
    expect(container.textContent).not.toMatch(/colour/);
    unmount();
  }
});
