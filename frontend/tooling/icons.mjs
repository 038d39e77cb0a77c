// Draws the icons of `public/icons` from `public/favicon.svg`: `CHROMIUM=… npm run icons`.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const PUBLIC = join(import.meta.dirname, '../public');
/** Launchers cut maskable icons to a circle of 80%: the drawing keeps within it. */
const MASKED = 0.62;
const ICONS = [
  { name: 'icon-180', size: 180, share: 1 },
  { name: 'icon-192', size: 192, share: 1 },
  { name: 'icon-512', size: 512, share: 1 },
  { name: 'maskable-512', size: 512, share: MASKED },
];

const drawing = (await readFile(join(PUBLIC, 'favicon.svg'))).toString('base64');
await mkdir(join(PUBLIC, 'icons'), { recursive: true });
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox'] });
try {
  for (const { name, size, share } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(
      `<body style="margin:0;display:grid;place-items:center;height:100vh;background:#14191d">
        <img src="data:image/svg+xml;base64,${drawing}" width="${size * share}" height="${size * share}">`,
    );
    await page.locator('img').evaluate((image) => image.decode());
    await page.screenshot({ path: join(PUBLIC, 'icons', `${name}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
}
