import { asFailure, type Failure, NETWORK_FAILURE, type Outcome } from './failure';
import { ZONES } from './grades';
import { http, settle, watched } from './http';
import { limitsOfService } from './limits';
import { type Prediction, SEVERITIES, type Target } from './prediction';
import { RESULT_FORMS, type ResultForm } from './resultForms';
import type { Study } from './study';

export interface Ask {
  readonly target: Target;
  readonly explain: boolean;
  readonly force: boolean;
  /** The version to ask; the one that the service answers with by itself where it is left out. */
  readonly version?: string;
  readonly signal: AbortSignal;
}

/** Asks the service about a study; never rejects. */
export type Predict = (study: Study, ask: Ask) => Promise<Outcome<Prediction>>;

function ownFailure(code: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { code, title: '', detail: '', status: null } };
}

/** After how many milliseconds a film takes long: it may be on its way over a narrow line. */
const FILM_SLOW_MS = 30_000;
/** How old a limit may be that a file is refused on, in milliseconds. */
const SURE_MS = 5_000;

/** The service's limit where a file of `size` bytes is over it; a restart may have raised it. */
async function limitUnder(size: number): Promise<number | null> {
  const over = async (oldest?: number) => {
    const limits = await limitsOfService(oldest);
    return limits && size > limits.max_bytes ? limits.max_bytes : null;
  };
  return (await over()) && over(SURE_MS);
}

async function contentOf(source: Study['source'], signal: AbortSignal): Promise<Outcome<Blob>> {
  if (typeof source === 'string') {
    try {
      const response = await watched(fetch(source, { signal }));
      return response.ok
        ? { ok: true, value: await response.blob() }
        : { ok: false, failure: asFailure(null, response.status) };
    } catch {
      return { ok: false, failure: NETWORK_FAILURE };
    }
  }
  // A file over the limit need not travel first.
  const limit = await limitUnder(source.size);
  if (limit !== null) {
    const { failure } = ownFailure('file-too-large');
    return { ok: false, failure: { ...failure, limit } };
  }
  try {
    // A folder, or a file that was moved or changed since, would otherwise look like a network
    // failure.
    await source.slice(0, 1).arrayBuffer();
  } catch {
    return ownFailure('unreadable-file');
  }
  return { ok: true, value: source };
}

/** A service of another version than this page may answer in another shape. */
function isPrediction(value: unknown): value is Prediction {
  const said = (value ?? {}) as { readonly [part in keyof Prediction]?: Partial<Prediction[part]> };
  const { probabilities, model, input, brixia, quality } = said;
  const { severity, prediction_set: plausible, refer } = said as Partial<Prediction>;
  return (
    SEVERITIES.some((known) => known === severity) &&
    SEVERITIES.every((known) => typeof probabilities?.[known] === 'number') &&
    Array.isArray(plausible) &&
    typeof refer === 'boolean' &&
    typeof model?.version === 'string' &&
    typeof input?.sha256 === 'string' &&
    typeof brixia?.total === 'number' &&
    ZONES.every((zone) => typeof brixia.zones?.[zone] === 'number') &&
    typeof quality?.accepted === 'boolean' &&
    Array.isArray(quality.findings)
  );
}

/** Asks the service to grade `study`. Never throws, not even on abort. */
export async function predict(study: Study, ask: Ask): Promise<Outcome<Prediction>> {
  const { target, explain, force, version, signal } = ask;
  const content = await contentOf(study.source, signal);
  if (!content.ok) {
    return content;
  }
  const outcome = await settle(
    http.POST('/predict', {
      params: { query: { target, explain, ...(force && { force }), ...(version && { version }) } },
      ...bodyOf(content.value, study.name),
      signal,
    }),
    FILM_SLOW_MS,
  );
  return outcome.ok && !isPrediction(outcome.value) ? ownFailure('other-version') : outcome;
}

/** The schema has no type for binary data; the form itself is what is sent. */
function bodyOf(file: Blob, name: string) {
  const form = new FormData();
  form.set('file', file, name);
  return { body: { file: '' }, bodySerializer: () => form };
}

/**
 * Has the service judge `study` once more, by the version that made `before`, and answer in
 * `form`. Never throws.
 */
export async function predictAs(
  form: ResultForm,
  study: Study,
  { model, quality }: Prediction,
): Promise<Outcome<Blob>> {
  const content = await contentOf(study.source, new AbortController().signal);
  if (!content.ok) {
    return content;
  }
  return settle(
    http.POST('/predict', {
      params: { query: { version: model.version, ...(!quality.accepted && { force: true }) } },
      ...bodyOf(content.value, study.name),
      headers: { Accept: RESULT_FORMS[form].mediaType },
      parseAs: 'blob',
    }),
    FILM_SLOW_MS,
  );
}
