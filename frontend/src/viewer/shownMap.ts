import type { Explanation, Layer } from '../lib/prediction';

/** Which map of an explanation is drawn for a choice: versions before 2.0.0 have one alone. */
export function layerOf(explanation: Explanation, chosen: Layer): Layer {
  return explanation.opacity ? chosen : 'grad-cam';
}

/** Which map the service's own overlay shows, whatever was asked for: the better placed one. */
export function overlaidLayer(explanation: Explanation): Layer {
  return layerOf(explanation, 'opacity');
}

/**
 * The map to draw, a PNG data URL; `null` where there is nothing to show: a Grad-CAM that is faint,
 * or that mostly lies outside the lungs, would look like a finding where there is none.
 */
export function mapOf(explanation: Explanation | null, chosen: Layer): string | null {
  if (explanation === null) {
    return null;
  }
  if (layerOf(explanation, chosen) === 'opacity') {
    return explanation.opacity?.map ?? null;
  }
  return explanation.low_signal ? null : explanation.heatmap;
}
