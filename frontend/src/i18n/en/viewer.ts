import type { Severity, Target } from '../../lib/prediction';
import { lower, shared } from './shared';

/** The radiograph with its heatmap and their controls. */
export const viewer = {
  region: 'Radiograph',
  image: (name: string) => `Radiograph: ${name}`,
  overlayImage: (name: string) => `Radiograph with its heatmap: ${name}`,
  size: (width: number, height: number, format: string) =>
    `${width} × ${height} ${format.toUpperCase()}`,
  target: 'Heatmap for',
  opacity: 'Opacity',
  fade: 'Overlay to heatmap alone',
  scale: 'Influence on the grade',
  scaleDescription:
    'Colour scale of the heatmap: purple is low, orange is high, pale yellow is the maximum',
  low: 'low',
  high: 'high',
  notShown:
    'This browser cannot show the file itself. Beneath is the overlay as the service drew it; the slider fades from it to the heatmap alone.',
  emptyMap: (target: Severity) =>
    `The map is empty: no region of this image raised the score for ${lower(target)}.`,
  weakMap: 'Weak signal: this map hardly influenced the grade. Bright colour says little here.',
  noExplanation: 'The service sent no heatmap for this image.',
  targetFailed: (target: Target, title: string) =>
    `No heatmap for ${shared.targets[target].toLowerCase()}: ${title}.`,
  announceTarget: (target: Severity) => `The heatmap now shows ${lower(target)}.`,
};
