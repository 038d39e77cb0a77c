import type { Catalogue } from '../catalogue';

export const quality: Catalogue['quality'] = {};
