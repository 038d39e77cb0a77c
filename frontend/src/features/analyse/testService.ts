import { vi } from 'vitest';
import { limits, model } from '../../lib/fixtures';

/** A service that knows limits and versions, and judges films as it is told to. */
export function serveWith(judge: () => Promise<Response>) {
  vi.stubGlobal('fetch', (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/limits') {
      return Response.json(limits);
    }
    return pathname.startsWith('/models/') ? Response.json(model()) : judge();
  });
}
