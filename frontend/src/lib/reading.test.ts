import { expect, it } from 'vitest';
import { fileOf, gradeOf, type KeptReading, readingsIn, totalOf } from './reading';

const reading: KeptReading = {
  file: 'a.png',
  sha256: 'ab',
  impression: 'No change.',
  writtenFor: '1.0.0',
  writtenOf: 'ef',
  patient: 'Siti',
  date: '2020-03-04',
  grade: null,
  zones: { A: 1, B: 2, C: 3, D: 0, E: 2, F: 3 },
  comment: 'rotated',
  blind: true,
  at: '2026-11-28T08:00:00.000Z',
};

it('adds up six zones, and grades by their total where no grade was chosen', () => {
  expect(totalOf(reading)).toBe(11);
  expect(gradeOf(reading)).toBe('moderate');
  expect(gradeOf({ ...reading, grade: 'severe' })).toBe('severe');
  expect(totalOf({ zones: { A: 3, B: 3 } })).toBeNull();
  expect(gradeOf({ ...reading, zones: { A: 3 } })).toBeNull();
});

it('comes back from a file as it was', () => {
  const held = { readings: [reading], seen: ['cd'] };
  expect(readingsIn(JSON.stringify(fileOf([reading], ['cd'])))).toEqual(held);
});

it.each([
  ['1', null],
  [' 12 ', null],
  ['１', null],
  ['Siti 1', 'Siti 1'],
  ['', ''],
])('keeps no patient that is a number alone, which may be somebody else: %j', (patient, known) => {
  const { readings } = readingsIn(JSON.stringify(fileOf([{ ...reading, patient }])));
  expect(readings).toEqual([{ ...reading, patient: known }]);
});

it('of a version before tells by what was not said blind whose result was seen', () => {
  const { impression: _, ...old } = reading;
  const readings = [
    old,
    { ...old, sha256: 'cd', blind: false },
    { ...old, sha256: '', blind: false },
  ];
  const held = readingsIn(JSON.stringify({ kind: 'cxr-severity-readings', readings }));
  expect(held.seen).toEqual(['cd']);
  expect(held.readings.map(({ impression }) => impression)).toEqual([null, null, null]);
});

it.each(['{}', 'not JSON', '{"kind":"cxr-severity-readings","readings":[1]}'])(
  'is not read from %s',
  (text) => {
    expect(() => readingsIn(text)).toThrow();
  },
);

it('takes no score that there is not', () => {
  const file = fileOf([{ ...reading, zones: { A: 4, B: 1.5, C: -1, D: 3 } }]);
  expect(readingsIn(JSON.stringify(file)).readings[0]?.zones).toEqual({ D: 3 });
});
