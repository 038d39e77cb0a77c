import type { DataSet } from 'dicom-parser';

/** Multi-frame secondary captures: the classes that the service reads which have functional groups. */
const CLASSES = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.7\.[1-4]$/;

/** Functional groups: of all frames, and of each. */
const GROUPS = ['x52009229', 'x52009230'];

/** Pixel Measures, Frame VOI LUT, Pixel Value Transformation (PS3.3 C.7.6.16.2), and what is in them. */
const MACROS: readonly (readonly [macro: string, kind: readonly string[]])[] = [
  ['x00289110', ['x00280030']],
  ['x00289132', ['x00283010', 'x00281050', 'x00281051', 'x00281056']],
  ['x00289145', ['x00283000', 'x00281053', 'x00281052']],
];

/**
 * Gives a data set what its functional groups say of its single frame, but for a kind of which it says
 * something itself, as the service does.
 */
export function addGroups(dataSet: DataSet): void {
  if (!CLASSES.test(dataSet.string('x00080016') ?? '')) {
    return;
  }
  const { elements } = dataSet;
  for (const groups of GROUPS) {
    const frame = firstItem(elements, groups);
    for (const [macro, kind] of MACROS) {
      const said = frame && firstItem(frame, macro);
      if (said && kind.every((tag) => !elements[tag]?.length)) {
        for (const tag of kind) {
          const found = said[tag];
          if (found) {
            elements[tag] = found;
          }
        }
      }
    }
  }
}

function firstItem(elements: DataSet['elements'], sequence: string) {
  return elements[sequence]?.items?.[0]?.dataSet?.elements;
}
