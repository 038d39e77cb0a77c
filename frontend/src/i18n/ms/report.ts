import type { Catalogue } from '../catalogue';

export const report: Catalogue['report'] = {
  json: 'Muat turun JSON',
  overlay: 'Muat turun tindanan',
};
