import type { DataSet } from 'dicom-parser';
import type { Layout } from './dicomLayout';
import { NotShownError } from './film';

/** Of the pixels of a compressed film, at most, that may lie above the stored bits. */
const FEW = 0.01;
const WORD = 0x10000;

/** Bits of each word that are a retired overlay's (PS3.5 8.1.2). */
export function readOverlayBits(dataSet: DataSet): number {
  let bits = 0;
  for (let group = 0x6000; group < 0x6020; group += 2) {
    const tag = `x${group.toString(16)}`;
    if ((dataSet.uint16(`${tag}0100`) ?? 1) !== 1) {
      bits |= 1 << Math.min(dataSet.uint16(`${tag}0102`) ?? 0, 16);
    }
  }
  return bits;
}

export interface Words {
  readonly values: ArrayLike<number>;
  /** Whether each has 16 bits, not 8. */
  readonly wide: boolean;
  /** Where the lowest stored bit lies. */
  readonly down: number;
  readonly overlayBits: number;
}

/**
 * Refuses words that would wrap round, as the service does. These do not: retired overlays, the
 * sign, padding, a bit that all pixels have, and white that is more than white.
 *
 * Where no negative value carries its sign beyond the stored bits, one that lacks it cannot be told
 * from one that is too large: then none has it, as the standard allows.
 */
export function refuseWrapped(
  { values, wide, down, overlayBits }: Words,
  { stored, signed }: Pick<Layout, 'stored' | 'signed'>,
  isPadding: (word: number) => boolean,
): void {
  const shift = down + stored;
  const size = wide ? WORD : WORD >> 8;
  const present = [...presentIn(values)].filter((word) => !isPadding(word));
  const over = (word: number) => (word & ~overlayBits) >> shift;
  const full = over(size - 1);
  const top = 2 ** stored - 1;
  const bits = (word: number) => (word >> down) & top;
  const negative = (word: number) => signed && bits(word) > top >> 1;
  const extends_ = (word: number) => negative(word) && over(word) === full;
  const extended = full > 0 && present.some(extends_);
  const harmless = (word: number) => {
    if (over(word) === 0) {
      // The writer extends the sign: a word that looks negative without it is too large.
      return !(extended && negative(word));
    }
    return signed ? extends_(word) : bits(word) === top;
  };
  if (!present.every(harmless) && new Set(present.map(over)).size > 1) {
    throw new NotShownError('more-bits-than-are-stored');
  }
}

/** Refuses a stream of which much would become white: it is not known which range was meant. */
export function refuseMuchAbove(
  values: ArrayLike<number>,
  { stored }: Pick<Layout, 'stored'>,
  isPadding: (word: number) => boolean,
): void {
  const top = 2 ** stored - 1;
  let above = 0;
  for (let index = 0; index < values.length; index += 1) {
    const word = values[index] ?? 0;
    above += Number(word > top && (word & top) !== top && !isPadding(word));
  }
  if (above > FEW * values.length) {
    throw new NotShownError('more-bits-than-are-stored');
  }
}

function presentIn(values: ArrayLike<number>): Set<number> {
  const present = new Uint8Array(WORD);
  for (let index = 0; index < values.length; index += 1) {
    present[values[index] ?? 0] = 1;
  }
  const words = new Set<number>();
  present.forEach((is, word) => {
    if (is === 1) {
      words.add(word);
    }
  });
  return words;
}

/** Words of `precision` bits with their sign in all 16, as the service reads a stream. */
export function signExtended(values: ArrayLike<number>, precision: number): Uint16Array {
  const unused = 32 - precision;
  return Uint16Array.from(values, (word) => (word << unused) >> unused);
}
