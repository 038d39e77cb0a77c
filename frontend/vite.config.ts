import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { packed } from './tooling/packed.ts';
import { serviceWorker } from './tooling/service-worker.ts';
import { swaggerUi } from './tooling/swagger-ui.ts';
import { thumbnails } from './tooling/thumbnails.ts';

const API = [
  '/predict',
  '/models',
  '/limits',
  '/health',
  '/problems',
  '/docs',
  '/openapi.json',
  '/swagger',
];
const backend = process.env.API_ORIGIN ?? 'http://127.0.0.1:8000';

export default defineConfig({
  plugins: [react(), thumbnails(), swaggerUi(), serviceWorker(), packed()],
  build: {
    // These know `light-dark()`, which lets the dark viewer sit inside a light page.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // The content security policy allows no `data:` fonts or scripts; keep every asset a file.
    assetsInlineLimit: 0,
    // The report's library: it loads when the first report is asked for.
    chunkSizeWarningLimit: 600,
  },
  server: {
    // Outside this folder: the bundled radiographs.
    fs: { allow: ['.', '../samples'] },
    proxy: Object.fromEntries(API.map((path) => [path, backend])),
  },
  test: {
    environment: 'jsdom',
    include: ['{src,tooling}/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    // A busy machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
