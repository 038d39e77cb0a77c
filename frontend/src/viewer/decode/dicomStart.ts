/** Transfer syntaxes of what is not compressed (PS3.5 annex A). */
export const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT = `${IMPLICIT}.1`;
export const BIG_ENDIAN = `${IMPLICIT}.2`;
export const NATIVE: ReadonlySet<string> = new Set([IMPLICIT, EXPLICIT, BIG_ENDIAN]);

/** So much of a file tells whether it is DICOM. */
export const TELLING_BYTES = 512;

const PREFIX_AT = 128;
const PREFIX = [0x44, 0x49, 0x43, 0x4d];
/** Value representations whose length takes four bytes, behind two that are reserved. */
const LONG = /^(O[BDFLVW]|S[QV]|U[CNRTV])$/;

const hasPrefix = (bytes: Uint8Array, at: number) =>
  PREFIX.every((byte, index) => bytes[at + index] === byte);
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);
const textAt = (bytes: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...bytes.subarray(from, to));
/** Whether the element at `at` has no value representation, which is two capital letters. */
const isImplicit = (bytes: Uint8Array, at: number) =>
  !/^[A-Z]{2}$/.test(textAt(bytes, at + 4, at + 6));

/**
 * Whether a file that begins with `bytes` is DICOM, as the service tells it: by the prefix behind
 * the preamble, or without preamble, as old stations and archives leave objects, by the prefix alone
 * or the first data element.
 */
export function isDicom(bytes: Uint8Array): boolean {
  return hasPrefix(bytes, PREFIX_AT) || hasPrefix(bytes, 0) || beginsADataSet(bytes);
}

function beginsADataSet(bytes: Uint8Array): boolean {
  if (bytes.length < 8) {
    return false;
  }
  const view = viewOf(bytes);
  for (const little of [true, false]) {
    const [group, element] = [view.getUint16(0, little), view.getUint16(2, little)];
    if ((group !== 2 && group !== 8) || element > 0x20) {
      continue;
    }
    if (!isImplicit(bytes, 0)) {
      return true;
    }
    const next = 8 + view.getUint32(4, little);
    if (little && next < 8 + 256 && next + 4 <= bytes.length) {
      // Without a VR, the next element must lie where this one says that it ends.
      return view.getUint16(next, true) === group && view.getUint16(next + 2, true) > element;
    }
  }
  return false;
}

/**
 * Where the data set of a DICOM file begins, and in which transfer syntax it is to be read. Whether
 * it has value representations is told by looking, as writers err about it.
 *
 * @throws `RangeError` where the file ends within its meta information.
 */
export function startOfDataSet(bytes: Uint8Array): {
  readonly at: number;
  readonly syntax: string;
} {
  const view = viewOf(bytes);
  let at = hasPrefix(bytes, PREFIX_AT) ? PREFIX_AT + 4 : hasPrefix(bytes, 0) ? 4 : 0;
  let told = '';
  while (at < bytes.length && view.getUint16(at, true) === 2) {
    const implicit = isImplicit(bytes, at);
    const long = !implicit && LONG.test(textAt(bytes, at + 4, at + 6));
    const value = at + (long ? 12 : 8);
    const length =
      implicit || long ? view.getUint32(value - 4, true) : view.getUint16(value - 2, true);
    if (view.getUint16(at + 2, true) === 0x10) {
      told = textAt(bytes, value, value + length).replace(/[\0 ]+$/, '');
    }
    at = value + length;
  }
  if (told !== '' && !NATIVE.has(told)) {
    return { at, syntax: told };
  }
  const bigEndian = told === BIG_ENDIAN || (told === '' && view.getUint16(at, false) === 8);
  const little = isImplicit(bytes, at) ? IMPLICIT : EXPLICIT;
  return { at, syntax: bigEndian ? BIG_ENDIAN : little };
}
