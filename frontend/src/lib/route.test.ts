import { expect, it } from 'vitest';
import { hrefOf, parseRoute, type Route } from './route';

it.each<[string, Route]>([
  ['', { page: 'analyse' }],
  ['#/', { page: 'analyse' }],
  ['#main', { page: 'analyse' }],
  ['#/nowhere', { page: 'analyse' }],
  ['#/model', { page: 'model', version: null }],
  ['#/model/1.0.0', { page: 'model', version: '1.0.0' }],
  ['#/model/%E0%A4%A', { page: 'model', version: null }],
])('%s', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

it.each<Route>([
  { page: 'analyse' },
  { page: 'model', version: null },
  { page: 'model', version: '1.0.0-a/b' },
])('finds its way back from %j', (route) => {
  expect(parseRoute(hrefOf(route))).toEqual(route);
});
