import { cleanup, fireEvent, render } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useIntake } from './useIntake';

const onTransfer = vi.fn();
const onNoFile = vi.fn();

function Page() {
  useIntake({ onTransfer, onNoFile });
  return (
    <>
      <input type="range" aria-label="range" />
      <input type="radio" aria-label="radio" />
      <input type="search" aria-label="search" />
      <textarea aria-label="textarea" />
    </>
  );
}

const files = { files: [new File(['x'], 'film.png')], types: ['Files'] };
const words = { files: [], types: ['text/plain'] };

beforeEach(() => {
  window.location.hash = '';
  vi.clearAllMocks();
});
afterEach(cleanup);

describe.each(['range', 'radio', 'search', 'textarea'])('on a %s', (label) => {
  it('takes files, and never lets the browser open them', () => {
    const field = render(<Page />).getByLabelText(label);
    // False: the default was prevented.
    expect(fireEvent.drop(field, { dataTransfer: files })).toBe(false);
    fireEvent.paste(field, { clipboardData: files });
    expect(onTransfer.mock.calls.map(([, way]) => way)).toEqual(['drop', 'paste']);
  });

  it('leaves text to what text can be typed into', () => {
    const field = render(<Page />).getByLabelText(label);
    fireEvent.drop(field, { dataTransfer: words });
    fireEvent.paste(field, { clipboardData: words });
    const typed = label === 'search' || label === 'textarea';
    expect(onNoFile.mock.calls.map(([way]) => way)).toEqual(typed ? [] : ['drop', 'paste']);
  });
});

describe('on the page of a model', () => {
  beforeEach(() => {
    window.location.hash = '#/model/1.0.0';
  });

  it.each(['drop', 'paste'] as const)('first goes where a film is seen on a %s', (way) => {
    const seen: string[] = [];
    onTransfer.mockImplementationOnce(() => seen.push(window.location.hash));
    render(<Page />);
    fireEvent[way](window, { dataTransfer: files, clipboardData: files });
    expect(seen).toEqual(['#/']);
  });

  it('stays where nothing is taken', () => {
    render(<Page />);
    fireEvent.paste(window, { clipboardData: words });
    expect(window.location.hash).toBe('#/model/1.0.0');
  });
});

it('adds nothing to the history where the film is seen already', () => {
  render(<Page />);
  fireEvent.drop(window, { dataTransfer: files });
  expect(window.location.hash).toBe('');
});
