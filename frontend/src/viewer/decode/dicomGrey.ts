import type { DataSet } from 'dicom-parser';
import type { Layout } from './dicomLayout';
import { numberOf } from './dicomNumbers';
import { NotShownError, type Window } from './film';

/** Share of a table's entries, at most, that may need more bits than it says. */
const FEW = 0.01;

/** The last code that 16 bits hold. */
const LAST = 65_535;

type Ends = readonly [low: number, high: number];

/** A lookup table, with the input of its first entry and the greatest output. */
interface Lut {
  readonly first: number;
  readonly entries: Uint16Array;
  readonly top: number;
}

export interface Grey {
  readonly slope: number;
  readonly intercept: number;
  /** The Modality LUT by code, where the object has one; its output is then the code. */
  readonly modality: Uint16Array | null;
  readonly range: number;
  readonly inverted: boolean;
  /** Codes of what is no tissue. */
  readonly padding: Ends | null;
  /** Whole words, with their sign, that get the first of these codes. */
  readonly paddingWords: Ends | null;
  readonly window: Window | null;
  /** Grey, 0 to 1, of each code where the sender's own look is more than a window. */
  readonly shares: Float64Array | null;
}

/**
 * DICOM's greyscale pipeline (PS3.3 C.11): Modality LUT or rescale, then VOI LUT or window.
 *
 * Codes are stored values without their sign: 0 is the least value that the stored bits hold. Of
 * several windows or tables the first is taken, and a table before a window, as the service does.
 */
export function readGrey(dataSet: DataSet, layout: Layout): Grey {
  const stored = 1 << layout.stored;
  const least = layout.signed ? -(stored >> 1) : 0;
  const modalityLut = lutOf(dataSet, 'x00283000', [least, least + stored - 1]);
  let modality: Uint16Array | null = null;
  let [range, slope, intercept] = [stored, 1, least];
  if (modalityLut) {
    const { entries, first, top } = modalityLut;
    modality = Uint16Array.from({ length: stored }, (_, code) => at(entries, code + least - first));
    [range, slope, intercept] = [top + 1, 1, 0];
  } else {
    slope = numberOf(dataSet, 'x00281053') ?? 1;
    intercept = slope * least + (numberOf(dataSet, 'x00281052') ?? 0);
    if (!(slope !== 0 && Number.isFinite(slope) && Number.isFinite(intercept))) {
      throw new NotShownError('rescale');
    }
  }
  const values = (code: number) => slope * code + intercept;
  const voiLut = lutOf(dataSet, 'x00283010', [values(0), values(range - 1)]);
  const voi = voiLut
    ? { window: spanOf(voiLut), shares: sharesOf(voiLut, range, values) }
    : readWindow(dataSet, range, values);
  const paddingWords = readPaddingWords(dataSet, layout);
  const among = paddingWords && codesAmong(paddingWords, least, stored - 1);
  let padding = among;
  if (paddingWords && (modality || !among)) {
    // A code of its own behind all values; where 16 bits hold no more, in place of the last.
    const own = Math.min(range, LAST);
    padding = [own, own];
    modality = modality?.map((code) => Math.min(code, own - 1)) ?? null;
    if (among) {
      modality?.fill(own, among[0], among[1] + 1);
    }
  }
  return {
    slope,
    intercept,
    modality,
    range: Math.max(range, (padding?.[1] ?? 0) + 1),
    inverted: layout.photometric === 'MONOCHROME1',
    padding,
    paddingWords,
    ...voi,
  };
}

function readWindow(
  dataSet: DataSet,
  range: number,
  value: (code: number) => number,
): Pick<Grey, 'window' | 'shares'> {
  const center = numberOf(dataSet, 'x00281050');
  const width = numberOf(dataSet, 'x00281051');
  if (center === null || width === null) {
    return { window: null, shares: null };
  }
  const shape = (dataSet.string('x00281056') ?? 'LINEAR').trim();
  if (shape === 'LINEAR') {
    // PS3.3 C.11.2.1.2.1: the ends lie on pixel values, hence the halves.
    const half = Math.max(width - 1, 1) / 2;
    return { window: { low: center - 0.5 - half, high: center - 0.5 + half }, shares: null };
  }
  const window = { low: center - width / 2, high: center + width / 2 };
  if (shape !== 'SIGMOID') {
    return { window, shares: null };
  }
  const shares = Float64Array.from(
    { length: range },
    (_, code) => 1 / (1 + Math.exp((-4 * (value(code) - center)) / width)),
  );
  return { window, shares };
}

function sharesOf(lut: Lut, range: number, value: (code: number) => number): Float64Array {
  return Float64Array.from(
    { length: range },
    (_, code) => at(lut.entries, Math.round(value(code)) - lut.first) / lut.top,
  );
}

/** The window to go on from once the user leaves the sender's table. */
function spanOf({ first, entries }: Lut): Window {
  return { low: first, high: first + Math.max(1, entries.length - 1) };
}

function at(entries: Uint16Array, index: number): number {
  return entries[Math.min(Math.max(index, 0), entries.length - 1)] ?? 0;
}

/**
 * As the service reads it: the first input is signed where the inputs can be negative, or where none
 * would reach it else, whatever the descriptor calls it; the scale is that of the bits that are used,
 * as many tables say 16 and use fewer. A few entries beyond those it says have no meaning.
 */
function lutOf(dataSet: DataSet, tag: string, inputs: readonly [number, number]): Lut | null {
  const sequence = dataSet.elements[tag];
  if (sequence && !sequence.items && sequence.length > 0) {
    // One that is written as UN, whose items the library does not read.
    throw new NotShownError('lookup-table');
  }
  const item = sequence?.items?.[0]?.dataSet;
  const data = item?.elements.x00283006;
  if (!item || !data) {
    return null;
  }
  const unsigned = item.uint16('x00283002', 1) ?? 0;
  const firstIsSigned = Math.min(...inputs) < 0 || Math.max(...inputs) < unsigned;
  const first = firstIsSigned && unsigned >= 1 << 15 ? unsigned - (1 << 16) : unsigned;
  const bits = item.uint16('x00283002', 2) ?? 16;
  const count = item.uint16('x00283002', 0) || 1 << 16;
  const wide = data.length >= 2 * count;
  if (bits < 8 || bits > 16 || (!wide && data.length < count)) {
    throw new NotShownError('lookup-table');
  }
  const entries = Uint16Array.from({ length: count }, (_, index) => {
    const entry = wide ? item.uint16('x00283006', index) : item.byteArray[data.dataOffset + index];
    return entry ?? 0;
  });
  const said = wide ? 2 ** bits - 1 : 255;
  const above = entries.reduce((found, entry) => found + Number(entry > said), 0);
  const limited = above <= FEW * count ? entries.map((entry) => Math.min(entry, said)) : entries;
  const most = limited.reduce((found, entry) => Math.max(found, entry), 255);
  return { first, entries: limited, top: 2 ** Math.ceil(Math.log2(most + 1)) - 1 };
}

/** Words, as the value is no pixel's and may need more bits than are stored. */
function readPaddingWords(dataSet: DataSet, { signed }: Layout): Ends | null {
  const short = (tag: string) => (signed ? dataSet.int16(tag) : dataSet.uint16(tag));
  const value = short('x00280120');
  if (value === undefined) {
    return null;
  }
  const limit = short('x00280121') ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
}

/** Codes, 0 to `most`, of the values from `low` to `high` that can be stored. */
function codesAmong([low, high]: Ends, least: number, most: number): Ends | null {
  const [first, last] = [Math.max(low - least, 0), Math.min(high - least, most)];
  return first <= last ? [first, last] : null;
}
