import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { en } from '../src/i18n/catalogue';
import { describeFailure } from '../src/i18n/describeFailure';

interface Document {
  paths: Record<string, { post?: { responses: Record<string, Response> } }>;
}
interface Response {
  content: Record<string, { examples?: Record<string, { value: { title: string } }> }>;
}

const file = join(import.meta.dirname, '../../backend/openapi.json');
const { paths } = JSON.parse(readFileSync(file, 'utf8')) as Document;
const documented = Object.values(paths['/predict']?.post?.responses ?? {}).flatMap(({ content }) =>
  Object.entries(content['application/problem+json']?.examples ?? {}),
);
/** Those that the page words by itself, since the key is typed there. */
const OWN = ['credentials-missing', 'credentials-invalid'];
const describe = (code: string) =>
  describeFailure({ code, title: '', detail: 'D', status: 422 }, en.failures);

it('reads the codes that the service documents', () => {
  expect(documented.map(([code]) => code)).toContain('damaged-image');
});

it.each(documented)('has the words of the service for %s', (code, { value }) => {
  expect(describe(code).detail).toBe('D');
  expect(describe(code).title === value.title).toBe(!OWN.includes(code));
  expect(describe(code).hint).not.toBe(describe('a code of tomorrow').hint);
});
