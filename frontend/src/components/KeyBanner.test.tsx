import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { en } from '../i18n/en';
import { holdKey } from '../lib/apiKey';
import { limits } from '../lib/fixtures';
import { http, settle } from '../lib/http';
import { KeyBanner } from './KeyBanner';

const text = en.app.key;
const challenge = { 'WWW-Authenticate': 'Bearer realm="cxr-severity"' };
const service = vi.fn(({ headers }: Request) =>
  headers.get('X-API-Key') === 'cxr_good'
    ? Response.json(limits)
    : Response.json(null, { status: 401, headers: challenge }),
);

beforeEach(() => void vi.stubGlobal('fetch', service));

afterEach(() => act(() => holdKey(null)));

it('asks where the service does, says that a key is refused, and goes once one is accepted', async () => {
  const close = vi.fn();
  render(<KeyBanner open={false} onClose={close} />);
  expect(screen.queryByLabelText(text.label)).toBeNull();
  await act(() => settle(http.GET('/limits')));
  screen.getByText(text.missing);
  const field = screen.getByLabelText<HTMLInputElement>(text.label);
  // A browser that sent the form would write what has a name into the address.
  expect([field.type, field.name]).toEqual(['password', '']);
  const asked = service.mock.calls.length;
  await userEvent.type(field, '密钥{Enter}');
  await screen.findByText(text.refused);
  expect(service).toHaveBeenCalledTimes(asked);
  await userEvent.clear(field);
  await userEvent.type(field, 'cxr_bad{Enter}');
  await expect.poll(() => service.mock.calls.length).toBe(asked + 1);
  await screen.findByText(text.refused);
  expect(field.getAttribute('aria-invalid')).toBe('true');
  await userEvent.clear(field);
  await userEvent.type(field, ' cxr_good {Enter}');
  await screen.findByText(text.taken);
  expect(screen.queryByLabelText(text.label)).toBeNull();
  expect(close).toHaveBeenCalledOnce();
});

it('lets the key that is held be forgotten', async () => {
  holdKey('cxr_good');
  const close = vi.fn();
  render(<KeyBanner open onClose={close} />);
  screen.getByText(text.held);
  expect(document.activeElement).toBe(screen.getByLabelText(text.label));
  expect(screen.getByLabelText<HTMLInputElement>(text.label).value).toBe('');
  await userEvent.click(screen.getByRole('button', { name: text.forget }));
  expect(sessionStorage.length).toBe(0);
  expect(close).toHaveBeenCalledOnce();
});

it('says no longer of a key that was forgotten that it is refused', async () => {
  holdKey('cxr_bad');
  render(<KeyBanner open={false} onClose={() => undefined} />);
  await act(() => settle(http.GET('/limits')));
  screen.getByText(text.refused);
  const asked = service.mock.calls.length;
  await userEvent.click(screen.getByRole('button', { name: text.forget }));
  screen.getByText(text.missing);
  expect(screen.getByLabelText(text.label).getAttribute('aria-invalid')).toBe('false');
  expect(service).toHaveBeenCalledTimes(asked);
});
