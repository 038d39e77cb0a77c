import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { DayField } from './DayField';

const faults = { unwritten: 'Write a day.', impossible: 'No such film.' };

function Field({ value = '', onChange }: { value?: string; onChange: (day: string) => void }) {
  const [draft, setDraft] = useState<string | null>(null);
  const props = { label: 'Day', hint: 'YYYY-MM-DD', faults, value, onChange };
  return <DayField {...props} draft={draft} onDraft={setDraft} />;
}

it.each([
  ['14/03/2020', faults.unwritten],
  ['2020-4-1', faults.unwritten],
  ['2020-02-31', faults.unwritten],
  ['2099-01-01', faults.impossible],
  ['1800-01-01', faults.impossible],
])('keeps %s, which it does not take, and says why', async (text, fault) => {
  const onChange = vi.fn();
  render(<Field onChange={onChange} />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Day' });
  await userEvent.type(field, text);
  // Not while it is typed.
  expect(field.getAttribute('aria-describedby')).toBeNull();
  await userEvent.tab();
  expect(onChange).not.toHaveBeenCalled();
  expect(field.value).toBe(text);
  expect(field.getAttribute('aria-invalid')).toBe('true');
  const described = document.getElementById(field.getAttribute('aria-describedby') ?? '');
  expect(described?.textContent).toBe(fault);
  await userEvent.clear(field);
  await userEvent.type(field, '2020-03-14');
  await userEvent.tab();
  expect(onChange).toHaveBeenLastCalledWith('2020-03-14');
  expect(field.getAttribute('aria-describedby')).toBeNull();
});

it('takes days that there are, and nothing else', async () => {
  const onChange = vi.fn();
  render(<Field onChange={onChange} />);
  const field = screen.getByRole('textbox', { name: 'Day' });
  await userEvent.type(field, '2020-02-31');
  expect(onChange).not.toHaveBeenCalled();
  expect(field.getAttribute('aria-invalid')).toBe('true');
  await userEvent.type(field, '{Backspace}{Backspace}29');
  expect(onChange).toHaveBeenLastCalledWith('2020-02-29');
  await userEvent.clear(field);
  expect(onChange).toHaveBeenLastCalledWith('');
});
