import type { Limits } from './limits';
import type { Metrics, Prediction, Severity, Subject } from './prediction';
import type { Study } from './study';

/** For tests: what the service accepts, less than it really does. */
export const limits: Limits = {
  max_bytes: 2_000_000,
  max_pixels: 3_000_000,
  min_side: 32,
  formats: ['png', 'jpeg', 'tiff', 'dicom'],
};

/** For tests: a prediction whose heatmap speaks of `target`. */
export function prediction(severity: Severity, target: Subject = severity): Prediction {
  const probabilities = { mild: 0.1, moderate: 0.1, severe: 0.1, [severity]: 0.8 };
  return {
    model: { name: 'cxr-severity', version: '1.0.0' },
    input: { sha256: 'ab'.repeat(32), format: 'png', width: 640, height: 480 },
    severity,
    probabilities,
    confidence: 0.8,
    prediction_set: [severity],
    refer: false,
    brixia: {
      zones: { A: 0.25, B: 1, C: 1.75, D: 0.5, E: 1.25, F: 2.5 },
      total: 7.25,
      interval: null,
    },
    quality: { accepted: true, findings: [] },
    explanation: {
      method: 'grad-cam',
      target,
      peak: 0.42,
      low_signal: false,
      low_signal_reason: null,
      lung_fraction: 0.8,
      heatmap: 'data:image/png;base64,AA==',
      overlay: 'data:image/jpeg;base64,AA==',
      opacity: null,
      zone_outlines: null,
    },
    timings_ms: { decode: 1, model: 2, explain: 3, encode: 4, total: 10 },
  };
}

let contents = 0;

/** For tests: a prediction of a film whose content is of its own. */
export function another(severity: Severity): Prediction {
  contents += 1;
  const { input, ...answer } = prediction(severity);
  return { ...answer, input: { ...input, sha256: String(contents).padStart(64, '0') } };
}

/** Every class measured alike. */
export function perClass(estimate: Metrics['accuracy']): Metrics['per_class'] {
  const measured = { precision: estimate, recall: estimate, f1: estimate, support: 8 };
  return { mild: measured, moderate: measured, severe: measured };
}

function metrics(): Metrics {
  const estimate = { value: 0.75, low: 0.625, high: 0.875 };
  return {
    evaluated_on: 'patients set apart',
    interval: 'bootstrap',
    images: 24,
    patients: 20,
    seeds: 1,
    accuracy: estimate,
    macro_f1: estimate,
    quadratic_weighted_kappa: estimate,
    per_class: perClass(estimate),
    confusion_matrix: [
      [6, 1, 1],
      [1, 6, 1],
      [1, 1, 6],
    ],
  };
}

/** What the page reads of the service's answer about a model. */
export function model(
  changes: Partial<Metrics> = {},
  coverage = 0.9,
): { metrics: Metrics; manifest: { conformal: { coverage: number; threshold: number } } } {
  return {
    metrics: { ...metrics(), ...changes },
    manifest: { conformal: { coverage, threshold: 0.2 } },
  };
}

export function study(name = 'chest.png'): Study {
  return { name, source: new File(['x'], name, { type: 'image/png' }) };
}
