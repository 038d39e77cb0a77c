import type { Catalogue } from '../catalogue';

export const model: Catalogue['model'] = {};
