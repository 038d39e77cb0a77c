import { makeFormats } from '../formats';

export const format = makeFormats('en');
