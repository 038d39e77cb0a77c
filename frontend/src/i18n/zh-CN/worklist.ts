import type { Catalogue } from '../catalogue';

export const worklist: Catalogue['worklist'] = {};
