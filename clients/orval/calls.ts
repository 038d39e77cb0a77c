// A film, what is none, and an unknown version, through the client that orval generated.
// Usage: node calls.js FILM; prints one JSON object.
import { readFile } from 'node:fs/promises';
import { getModel, listModels, predict } from './client.js';

const film = new Blob([await readFile(process.argv[2] ?? '')]);

const answer = await predict({ file: film }, { explain: false });
if (answer.status !== 200) throw new Error(`${answer.data.code}: ${answer.data.detail}`);
const { severity, brixia } = answer.data;

const refused = await predict({ file: new Blob(['no film']) }, { explain: false });
if (refused.status !== 422) throw new Error(`no film: ${refused.status}`);

const models = await listModels();
if (models.status !== 200) throw new Error(`no models: ${models.status}`);

const unknown = await getModel('9.9.9');
if (unknown.status !== 404) throw new Error(`unknown version: ${unknown.status}`);

console.log(
  JSON.stringify({
    severity,
    zones: brixia?.zones,
    total: brixia?.total,
    refused: [refused.data.status, refused.data.code, refused.data.findings ?? []],
    model: models.data.default,
    unknown: [unknown.data.status, unknown.data.code],
  }),
);
