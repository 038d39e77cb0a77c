// OUT: the folder that the client is written to. SERVICE: the address that it calls.
const { OUT, SERVICE } = process.env;

module.exports = {
  service: {
    input: '../../backend/openapi.json',
    output: { target: `${OUT}/client.ts`, client: 'fetch', baseUrl: SERVICE },
  },
};
