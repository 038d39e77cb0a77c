import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { en, loadCatalogue } from '../src/i18n/catalogue';

/**
 * What the page's report and the service's page of PDF say alike. Not why there is no heatmap: the
 * service draws one wherever it is asked for, and the page may have asked in vain.
 */
const SHARED = ['title', 'disclaimer', 'plausible', 'refer', 'sure', 'noFindings', 'weak'] as const;

const TEXTS = join(import.meta.dirname, '../../backend/cxr_severity/texts');

it.each(['ms', 'zh-CN'] as const)('says in %s what the service says', async (language) => {
  const service: Record<string, string> = JSON.parse(
    readFileSync(join(TEXTS, `${language}.json`), 'utf8'),
  );
  const { report, viewer } = await loadCatalogue(language);
  for (const name of SHARED) {
    expect(service[en.report[name]], name).toBe(report[name]);
  }
  expect(service[en.viewer.aboutLayer.opacity]).toBe(viewer.aboutLayer.opacity);
});
