import type { Catalogue } from '../catalogue';

export const report: Catalogue['report'] = {
  json: '下载 JSON',
  overlay: '下载叠加图',
};
