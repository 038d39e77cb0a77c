import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { DayField } from './DayField';

it('takes days that there are, and nothing else', async () => {
  const onChange = vi.fn();
  render(<DayField label="Day" hint="YYYY-MM-DD" value="" onChange={onChange} />);
  const field = screen.getByRole('textbox', { name: 'Day' });
  await userEvent.type(field, '2020-02-31');
  expect(onChange).not.toHaveBeenCalled();
  expect(field.getAttribute('aria-invalid')).toBe('true');
  await userEvent.type(field, '{Backspace}{Backspace}29');
  expect(onChange).toHaveBeenLastCalledWith('2020-02-29');
  await userEvent.clear(field);
  expect(onChange).toHaveBeenLastCalledWith('');
});
