import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const FRONTEND = join(import.meta.dirname, '..');
export const COMMAND = process.env.CXR_SEVERITY ?? join(FRONTEND, '../.venv/bin/cxr-severity');
const READY_WITHIN_MS = 120_000;
const STOPPED_WITHIN_MS = 5_000;

export interface Server {
  readonly url: string;
  readonly port: number;
  stop: () => Promise<void>;
  /** What it has written to its logs. */
  log: () => string;
}

interface Options {
  port?: number;
  env?: Record<string, string>;
  /** Path that answers 200 once the server is up. */
  up?: string;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) {
    throw new Error('no free port');
  }
  return address.port;
}

/** Starts the real service on a loopback port, and fails loudly when it does not come up. */
export async function startServer(options: Options = {}): Promise<Server> {
  for (const needed of [COMMAND, join(FRONTEND, 'dist/index.html')]) {
    if (!existsSync(needed)) {
      throw new Error(`${needed} is missing: install the service and build the page first`);
    }
  }
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(COMMAND, ['serve'], {
    cwd: join(FRONTEND, '..'),
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Should the test run die before it can stop the server.
  process.once('exit', () => child.kill('SIGKILL'));
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }
  const stop = () => end(child);
  try {
    await waitUntilUp(child, `${url}${options.up ?? '/health/ready'}`);
  } catch (error) {
    await stop();
    throw new Error(`the server did not start: ${String(error)}\n${log}`);
  }
  return { url, port, stop, log: () => log };
}

async function waitUntilUp(child: ChildProcess, address: string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) {
      throw new Error(`it exited with ${child.exitCode}`);
    }
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) {
      return;
    }
    await sleep(100);
  }
  throw new Error(`${address} did not answer within ${READY_WITHIN_MS} ms`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
  await exited;
  clearTimeout(timer);
}
