import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const candidates = [
    process.env.CHROMIUM ?? '',
    '/usr/bin/chromium',
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))),
  ];
  const found = candidates.find((path) => path !== '' && existsSync(path));
  if (!found) {
    throw new Error('no Chromium: install it, or name it in CHROMIUM');
  }
  return found;
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
}

/** What Playwright itself logs where `serviceWorkers` are blocked. */
const BLOCKED = 'Service Worker registration blocked by Playwright';

export interface Visit {
  readonly page: Page;
  /** Closes the page and fails if it logged an error, broke its policy or left its origin. */
  leave: () => Promise<void>;
}

interface VisitOptions extends BrowserContextOptions {
  /** Failed requests that the visit provokes on purpose; the browser logs them as errors. */
  expectedErrors?: RegExp;
  theme?: 'dark' | 'light';
}

/** Opens `address` as a new visitor. */
export async function visit(
  browser: Browser,
  address: string,
  { expectedErrors, theme, ...options }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    // It would answer requests that a test means to hold or to lose.
    serviceWorkers: 'block',
    ...options,
  });
  if (theme) {
    await context.addInitScript((chosen) => localStorage.setItem('theme', chosen), theme);
  }
  const page = await context.newPage();
  // Long: a busy machine is no failure.
  page.setDefaultTimeout(20_000);
  const { origin } = new URL(address);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    const complaint = ['error', 'warning'].includes(message.type()) && text !== BLOCKED;
    if (complaint && !expectedErrors?.test(text)) {
      complaints.push(text);
    }
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !['data:', 'blob:'].includes(url.protocol)) {
      complaints.push(`request to another origin: ${url.href}`);
    }
  });
  await page.goto(address);
  // The page renders itself after it has loaded.
  await page.waitForSelector('main, #swagger-ui');
  const leave = async () => {
    await context.close();
    expect(complaints).toEqual([]);
  };
  return { page, leave };
}

/** Fails on any accessibility violation that axe finds. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
  ).toEqual([]);
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { content, window: shown } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content).toBeLessThanOrEqual(shown);
}
