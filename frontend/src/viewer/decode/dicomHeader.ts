import { type DataSet, parseDicom } from 'dicom-parser';
import type { Header, Spacing } from './film';
import { SQUARE, spacingAspect } from './pixelAspect';

/** Before pixel data, in all but odd files. */
const HEAD_BYTES = 1 << 18;
const PREFIX_AT = 128;
const PREFIX = [0x44, 0x49, 0x43, 0x4d];
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what these sequences begin with
const ESCAPE = /\u001b[ -/]*[0-~]/g;

/** Specific Character Set (PS3.3 C.12.1.1.2) to the encodings that browsers know. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'ISO_IR 100': 'iso-8859-1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 192': 'utf-8',
  'ISO 2022 IR 87': 'iso-2022-jp',
  'ISO 2022 IR 149': 'euc-kr',
  'ISO 2022 IR 58': 'gb2312',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

export function isDicom(bytes: Uint8Array): boolean {
  return PREFIX.every((byte, index) => bytes[PREFIX_AT + index] === byte);
}

function decoderOf(dataSet: DataSet): TextDecoder {
  const names = (dataSet.string('x00080005') ?? '').split('\\').map((name) => name.trim());
  const known = names.map((name) => ENCODINGS[name]).filter((name) => name !== undefined);
  // The last one named holds the wide letters; the first is plain.
  return new TextDecoder(known.at(-1) ?? 'iso-8859-1');
}

function textOf(dataSet: DataSet, tag: string, decoder: TextDecoder): string {
  const element = dataSet.elements[tag];
  if (!element || element.length === 0) {
    return '';
  }
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  const text = decoder.decode(bytes);
  // Japanese needs the escapes, and its decoder has taken them; all others would print them.
  return text
    .replace(ESCAPE, '')
    .replace(/[\0 ]+$/, '')
    .trim();
}

/** "Family^Given" as people write it; of several scripts, the first one. */
function nameOf(value: string): string {
  const [first = ''] = value.split('=');
  return first.split('^').filter(Boolean).join(', ');
}

export function readHeader(dataSet: DataSet): Header {
  const decoder = decoderOf(dataSet);
  const text = (tag: string) => textOf(dataSet, tag, decoder);
  return {
    patientName: nameOf(text('x00100010')),
    patientId: text('x00100020'),
    birthDate: text('x00100030'),
    sex: text('x00100040'),
    age: text('x00101010'),
    studyDate: text('x00080020') || text('x00080022'),
    studyDescription: text('x00081030'),
    institution: text('x00080080'),
    modality: text('x00080060'),
    viewPosition: text('x00185101'),
    bodyPart: text('x00180015'),
    manufacturer: [text('x00080070'), text('x00081090')].filter(Boolean).join(' '),
    photometric: text('x00280004'),
    transferSyntax: text('x00020010'),
    rows: dataSet.uint16('x00280010') ?? 0,
    columns: dataSet.uint16('x00280011') ?? 0,
    bitsStored: dataSet.uint16('x00280101') ?? 0,
  };
}

/** Pixel Spacing, which is the patient's where it is calibrated; else the detector's own. */
export function readSpacing(dataSet: DataSet): Spacing | null {
  const imager = pairOf(dataSet.string('x00181164'));
  const pixel = pairOf(dataSet.string('x00280030'));
  const [row, column] = pixel ?? imager ?? [0, 0];
  if (!(row > 0 && column > 0)) {
    return null;
  }
  // Equal values mean that nobody corrected for magnification (PS3.3 10.7.1.3).
  const same = !!imager && imager[0] === row && imager[1] === column;
  return { row, column, atDetector: !pixel || same };
}

/** Height of a pixel over its width, from the first of several that says it, as the service reads. */
export function readAspect(dataSet: DataSet): number {
  for (const tag of ['x00280030', 'x00181164', 'x00182010', 'x00280034']) {
    const pair = pairOf(dataSet.string(tag));
    if (pair) {
      return pair.every((side) => side > 0) ? spacingAspect(...pair) : SQUARE;
    }
  }
  return SQUARE;
}

function pairOf(text: string | undefined): [number, number] | null {
  // An empty value is no zero.
  const parts = (text ?? '').split('\\').map((part) => part.trim() || 'none');
  const [row = Number.NaN, column = Number.NaN] = parts.map(Number);
  return Number.isFinite(row) && Number.isFinite(column) ? [row, column] : null;
}

/** The header of a file, without its pixels; `null` when it is no DICOM file. */
export async function headerOf(blob: Blob): Promise<Header | null> {
  const bytes = new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer());
  if (!isDicom(bytes)) {
    return null;
  }
  try {
    return readHeader(parseDicom(bytes, { untilTag: 'x7fe00010' }));
  } catch (error) {
    // Cut off within an element: what stands before it was read.
    const partial = (error as { dataSet?: DataSet } | null)?.dataSet;
    return partial?.elements ? readHeader(partial) : null;
  }
}
