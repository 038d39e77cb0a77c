// Writes the types of the service's client: `npm run generate [-- --output FILE]`.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import openapi, { astToString, COMMENT_HEADER } from 'openapi-typescript';

const DOCUMENT = new URL('../../backend/openapi.json', import.meta.url);

const { values } = parseArgs({
  options: { output: { type: 'string', default: 'src/client/schema.ts' } },
});
await writeFile(values.output, COMMENT_HEADER + astToString(await openapi(DOCUMENT)));
