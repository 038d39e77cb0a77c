/** Whoever registers a shortcut names it here; each language says what it does. */
export const SHORTCUT_ACTIONS = [
  'sheet',
  'theme',
  'open',
  'analyse',
  'model',
  'moveFilm',
  'windowFilm',
  'zoomFilm',
  'fitFilm',
  'presetFilm',
  'rotateFilm',
  'mirrorFilm',
  'invertFilm',
  'zonesFilm',
  'lensFilm',
  'fullScreenFilm',
  'resetFilm',
  'hideMap',
  'flickerFilms',
  'curtainFilms',
  'saveFilm',
  'nextFilm',
  'previousFilm',
  'compareFilm',
  'readFilm',
  'agreeWithModel',
  'revealResult',
] as const;
export type ShortcutAction = (typeof SHORTCUT_ACTIONS)[number];

export const SHORTCUT_GROUPS = ['page', 'viewer', 'worklist', 'reading'] as const;
export type ShortcutGroup = (typeof SHORTCUT_GROUPS)[number];
