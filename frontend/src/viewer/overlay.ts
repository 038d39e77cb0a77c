import type { ColourMap } from '../lib/colourmap';
import type { Layer } from '../lib/prediction';

export const LAYERS = ['opacity', 'grad-cam'] as const satisfies readonly Layer[];

export const STYLES = ['heat', 'contours'] as const;
export type Style = (typeof STYLES)[number];

/** How the heatmap is laid over films; outlives the film it was chosen for. */
export interface Overlay {
  readonly layer: Layer;
  /** Whole per cent. */
  readonly opacity: number;
  /** Whole per cent of the map's maximum; less heat is not shown. */
  readonly threshold: number;
  readonly map: ColourMap;
  /** In colour, or as lines of equal heat that leave the film to be seen. */
  readonly style: Style;
  readonly zones: boolean;
  /** Whether the map is hidden for a moment. */
  readonly hidden: boolean;
}

export const FIRST_OVERLAY: Overlay = {
  // The better placed of the two: its peak lies in an opacity more often (model page).
  layer: 'opacity',
  opacity: 60,
  threshold: 0,
  map: 'inferno',
  style: 'heat',
  zones: false,
  hidden: false,
};

/** As React's setters: what changes one thing at a later time must not bring back the others. */
export type SetOverlay = (overlay: Overlay | ((before: Overlay) => Overlay)) => void;
