import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { en } from '../src/i18n/catalogue';
import { describeFailure } from '../src/lib/describeFailure';

/** Mistakes in how a request was built: the page cannot make them. */
const NOT_OURS = [
  'malformed-request',
  'missing-field',
  'invalid-request',
  'unknown-target',
  'unknown-version',
  'unsupported-media-type',
];

interface Document {
  paths: Record<string, { post?: { responses: Record<string, Response> } }>;
}
interface Response {
  content: Record<string, { examples?: object }>;
}

const file = join(import.meta.dirname, '../../backend/openapi.json');
const { paths } = JSON.parse(readFileSync(file, 'utf8')) as Document;
const documented = Object.values(paths['/predict']?.post?.responses ?? {}).flatMap(({ content }) =>
  Object.keys(content['application/problem+json']?.examples ?? {}),
);
const describe = (code: string) =>
  describeFailure({ code, title: 'T', detail: 'D', status: 422 }, en.failures);

it('reads the codes that the service documents', () => {
  expect(documented).toContain('damaged-image');
});

it.each(documented.filter((code) => !NOT_OURS.includes(code)))('has a hint for %s', (code) => {
  expect(describe(code)).toMatchObject({ title: 'T', detail: 'D' });
  expect(describe(code).hint).not.toBe(describe('a code of tomorrow').hint);
});
