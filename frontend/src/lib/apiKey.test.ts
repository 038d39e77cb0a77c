import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { holdKey, isKeyWanted, isSendable, KEY_TAKEN } from './apiKey';
import { limits } from './fixtures';
import { http, settle, tryKey } from './http';

const GOOD = 'cxr_0123abcd_good';
const shown: (string | null)[] = [];
let answer: (request: Request) => Response | Promise<Response>;

const challenge = (status: number) =>
  Response.json(
    { type: '', title: '', detail: '', status, code: 'credentials-missing' },
    {
      status,
      headers: { 'WWW-Authenticate': 'Bearer realm="cxr-severity", error="invalid_token"' },
    },
  );
const ask = () => settle(http.GET('/limits'));

beforeEach(() => {
  shown.length = 0;
  answer = ({ headers }) =>
    headers.get('X-API-Key') === GOOD ? Response.json(limits) : challenge(401);
  vi.stubGlobal('fetch', (request: Request) => {
    shown.push(request.headers.get('X-API-Key') ?? request.headers.get('Authorization'));
    return answer(request);
  });
});

afterEach(async () => {
  holdKey(null);
  answer = () => Response.json(limits);
  await ask();
});

it('is shown with every request once it is given, kept for the tab alone, and forgotten', async () => {
  await ask();
  expect(isKeyWanted()).toBe(true);
  const taken = vi.fn();
  window.addEventListener(KEY_TAKEN, taken);
  expect(await tryKey('cxr_0123abcd_other')).toBe(false);
  expect(isKeyWanted()).toBe(true);
  expect(taken).not.toHaveBeenCalled();
  expect(await tryKey(GOOD)).toBe(true);
  expect(taken).toHaveBeenCalledOnce();
  await ask();
  expect(shown).toEqual([null, 'cxr_0123abcd_other', GOOD, GOOD]);
  expect(Object.values(sessionStorage)).toEqual([GOOD]);
  expect(Object.values(localStorage)).toEqual([]);
  holdKey(null);
  await ask();
  expect(shown.at(-1)).toBeNull();
  expect(sessionStorage.length).toBe(0);
  expect(isKeyWanted()).toBe(true);
});

it('is a token where it is no key', async () => {
  await tryKey('eyJhbGciOi.x.y');
  expect(shown).toEqual(['Bearer eyJhbGciOi.x.y']);
});

it('is wanted by the service alone, and not on the word of a request that showed a former one', async () => {
  answer = () =>
    new Response('', { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' } });
  await ask();
  expect(isKeyWanted()).toBe(false);
  let late = (_: Response): void => undefined;
  answer = () =>
    new Promise((done) => {
      late = done;
    });
  const former = ask();
  await vi.waitFor(() => expect(shown).toHaveLength(2));
  answer = () => Response.json(limits);
  await tryKey(GOOD);
  late(challenge(401));
  expect(await former).toMatchObject({ ok: false });
  expect(isKeyWanted()).toBe(false);
});

it('is asked for again where it may not do this, and not where the service fails', async () => {
  await tryKey(GOOD);
  answer = () => new Response('', { status: 502 });
  await ask();
  expect(isKeyWanted()).toBe(false);
  answer = () => challenge(403);
  await ask();
  expect(isKeyWanted()).toBe(true);
  answer = () => new Response('', { status: 502 });
  await ask();
  expect(isKeyWanted()).toBe(true);
});

it.each([
  [GOOD, true],
  ['', false],
  ['cxr 1', false],
  ['密钥', false],
  ['a\nb', false],
])('can be sent or not: %j', (typed, sendable) => {
  expect(isSendable(typed)).toBe(sendable);
});
