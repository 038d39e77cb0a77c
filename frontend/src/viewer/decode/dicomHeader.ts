import { type DataSet, parseDicom } from 'dicom-parser';
import { isoOfDicom } from '../../lib/days';
import type { Plane } from '../../lib/plane';
import { numbersOf } from './dicomNumbers';
import { startOfDataSet } from './dicomStart';
import { readText } from './dicomText';
import type { Header, Spacing } from './film';
import { SQUARE, spacingAspect } from './pixelAspect';

/** Letters of YYYYMMDD. */
const DAY = 8;
/** Before pixel data, in all but odd files. */
const HEAD_BYTES = 1 << 18;
const PIXEL_DATA = 'x7fe00010';
/** Behind all that tells who a film is of and how it was taken. */
const IMAGE_GROUP = 'x00280000';
/** Of the same spacing, written with fewer digits. */
const NEARLY = 1e-3;

type Pair = readonly [row: number, column: number];

/** The data set of a DICOM file, with or without what should stand before it. */
export function parsed(bytes: Uint8Array, options: { untilTag?: string } = {}): DataSet {
  const { at, syntax } = startOfDataSet(bytes);
  return parseDicom(bytes.subarray(at), { ...options, TransferSyntaxUID: syntax });
}

/** "Family^Given" as people write it; of several scripts, the first one. */
function nameOf(value: string): string {
  // Which may be the second: not everybody has a name in the alphabet.
  const first = value.split('=').find((group) => /[^\s^]/u.test(group)) ?? '';
  return first.split('^').filter(Boolean).join(', ');
}

function filmDateOf(text: (tag: string) => string): string {
  const days = ['x0008002a', 'x00080022', 'x00080023', 'x00080020'];
  return days.map((tag) => text(tag).slice(0, DAY)).find((day) => isoOfDicom(day) !== '') ?? '';
}

export function readHeader(dataSet: DataSet): Header {
  const text = readText(dataSet);
  return {
    patientName: nameOf(text('x00100010')),
    patientId: text('x00100020'),
    patientIdIssuer: text('x00100021'),
    birthDate: text('x00100030'),
    sex: text('x00100040'),
    age: text('x00101010'),
    studyDate: text('x00080020') || text('x00080022'),
    filmDate: filmDateOf(text),
    studyDescription: text('x00081030'),
    institution: text('x00080080'),
    modality: text('x00080060'),
    viewPosition: text('x00185101'),
    bodyPart: text('x00180015'),
    manufacturer: [text('x00080070'), text('x00081090')].filter(Boolean).join(' '),
    photometric: text('x00280004'),
    transferSyntax: dataSet.string('x00020010') ?? '',
    rows: dataSet.uint16('x00280010') ?? 0,
    columns: dataSet.uint16('x00280011') ?? 0,
    bitsStored: dataSet.uint16('x00280101') ?? 0,
  };
}

/** Pixel Spacing, which is the patient's where it is calibrated; else the detector's own. */
export function readSpacing(dataSet: DataSet): Spacing | null {
  const square = readAspect(dataSet) === SQUARE;
  const told = (tag: string) => {
    const pair = pairOf(dataSet, tag);
    return pair && saysNothing(pair) ? null : pair;
  };
  // Where another says that pixels are no squares, 1 and 1 are not their sides.
  const any = (tag: string) => (square ? pairOf(dataSet, tag) : null);
  const imagerTold = told('x00181164');
  const pixel = told('x00280030') ?? (imagerTold ? null : any('x00280030'));
  const pair = pixel ?? imagerTold ?? any('x00181164');
  if (!pair) {
    return null;
  }
  const [row, column] = pair;
  return { row, column, plane: pixel ? planeOf(dataSet, pixel) : 'detector' };
}

/**
 * Of Pixel Spacing (PS3.3 10.7.1.1): it is that of the detector, or of a scanned film, until someone
 * corrects it for magnification. With neither beside it, nobody can tell.
 */
function planeOf(dataSet: DataSet, pixel: Pair): Plane {
  if ((dataSet.string('x00280a02') ?? '').trim() !== '') {
    return 'patient';
  }
  const plain = ['x00181164', 'x00182010'].flatMap((tag) => {
    const pair = pairOf(dataSet, tag);
    return pair ? [pair] : [];
  });
  if (plain.length === 0) {
    return 'unknown';
  }
  const same = (pair: Pair) =>
    pair.every((side, index) => Math.abs(side / (pixel[index] ?? 0) - 1) < NEARLY);
  return plain.some(same) ? 'detector' : 'patient';
}

/** Height of a pixel over its width, from the first of several that says it, as the service reads. */
export function readAspect(dataSet: DataSet): number {
  for (const tag of ['x00280030', 'x00181164', 'x00182010', 'x00280034']) {
    const pair = pairOf(dataSet, tag);
    if (pair && !saysNothing(pair)) {
      return spacingAspect(...pair);
    }
  }
  return SQUARE;
}

/** 1 and 1 is what many writers put where they know none; another may say more. */
function saysNothing(pair: Pair): boolean {
  return pair.every((side) => side === 1);
}

/** Two positive numbers. */
function pairOf(dataSet: DataSet, tag: string): Pair | null {
  const numbers = numbersOf(dataSet, tag);
  const [row = 0, column = 0] = numbers;
  const fit = numbers.length === 2 && numbers.every((side) => side > 0 && Number.isFinite(side));
  return fit ? [row, column] : null;
}

/** The header of a DICOM file, without its pixels; `null` where nothing of it can be read. */
export async function headerOf(blob: Blob): Promise<Header | null> {
  for (let size = HEAD_BYTES; ; size *= 4) {
    const found = dataSetIn(new Uint8Array(await blob.slice(0, size).arrayBuffer()));
    // Pictures and private elements may stand before the patient, however large.
    if (size >= blob.size || (found && Object.keys(found.elements).some(isOfImage))) {
      return found && readHeader(found);
    }
  }
}

const isOfImage = (tag: string) => tag >= IMAGE_GROUP;

function dataSetIn(bytes: Uint8Array): DataSet | null {
  try {
    return parsed(bytes, { untilTag: PIXEL_DATA });
  } catch (error) {
    // Cut off within an element: what stands before it was read.
    const partial = (error as { dataSet?: DataSet } | null)?.dataSet;
    return partial?.elements ? partial : null;
  }
}
