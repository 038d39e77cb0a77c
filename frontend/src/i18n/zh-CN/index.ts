import type { Catalogue } from '../en';
import { analyse } from './analyse';
import { app } from './app';
import { failures } from './failures';
import { format } from './format';
import { model } from './model';
import { quality } from './quality';
import { reading } from './reading';
import { report } from './report';
import { shared } from './shared';
import { shortcuts } from './shortcuts';
import { viewer } from './viewer';
import { worklist } from './worklist';

export const zh: Catalogue = {
  format,
  shared,
  app,
  analyse,
  failures,
  model,
  quality,
  reading,
  report,
  shortcuts,
  viewer,
  worklist,
};
