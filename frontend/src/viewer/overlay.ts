import type { ColourMap } from '../lib/colourmap';

/** How the heatmap is laid over films; outlives the film it was chosen for. */
export interface Overlay {
  /** Whole per cent. */
  readonly opacity: number;
  /** Whole per cent of the map's maximum; less heat is not shown. */
  readonly threshold: number;
  readonly map: ColourMap;
  readonly zones: boolean;
}

export const FIRST_OVERLAY: Overlay = { opacity: 60, threshold: 0, map: 'inferno', zones: false };
