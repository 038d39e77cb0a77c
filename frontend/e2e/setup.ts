import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startServer } from './server';

const PYTHON = join(import.meta.dirname, '../../.venv/bin/python');

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the real service, which all files share. */
    service: string;
    /** Folder with what `make_films.py` made. */
    films: string;
  }
}

/** Starts what all files share, once: a start of the service takes as long as several tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const films = mkdtempSync(join(tmpdir(), 'films-'));
  const remove = () => rmSync(films, { recursive: true });
  try {
    execFileSync(PYTHON, [join(import.meta.dirname, 'make_films.py'), films]);
    const server = await startServer();
    project.provide('films', films);
    project.provide('service', server.url);
    return async () => {
      await server.stop();
      remove();
    };
  } catch (error) {
    remove();
    throw error;
  }
}
