import { makeFormats } from '../formats';

export const format = makeFormats('zh-CN');
