import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'LICENSE', 'NOTICE'];

/** The docs page's only script of its own: a file, so that its policy needs no `unsafe-inline`. */
const INIT = `window.ui = SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Off: it would send the document's address to a validator on another host.
  validatorUrl: null,
});
`;

/** Puts Swagger UI into `<out>/swagger/`, so that the API's docs work without any other host. */
export function swaggerUi(): Plugin {
  return {
    name: 'swagger-ui',
    apply: 'build',
    async generateBundle() {
      const source = dirname(
        createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'),
      );
      for (const name of FILES) {
        this.emitFile({
          type: 'asset',
          fileName: `swagger/${name}`,
          source: await readFile(join(source, name)),
        });
      }
      this.emitFile({ type: 'asset', fileName: 'swagger/init.js', source: INIT });
    },
  };
}
