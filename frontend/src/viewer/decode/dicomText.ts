import type { DataSet } from 'dicom-parser';

/** Specific Character Set (PS3.3 C.12.1.1.2), by its number, to the encodings that browsers know. */
const ENCODINGS: Readonly<Record<string, string | undefined>> = {
  13: 'shift_jis',
  100: 'iso-8859-1',
  101: 'iso-8859-2',
  109: 'iso-8859-3',
  110: 'iso-8859-4',
  126: 'iso-8859-7',
  127: 'iso-8859-6',
  138: 'iso-8859-8',
  144: 'iso-8859-5',
  148: 'windows-1254',
  166: 'windows-874',
  203: 'iso-8859-15',
};
/** Those of which a text holds no other; no escape begins them. */
const WHOLE: Readonly<Record<string, string | undefined>> = {
  192: 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};
/** What a text is in before its first escape, where only a set of several bytes a letter is named. */
const BESIDE_WIDE: Readonly<Record<string, string | undefined>> = {
  58: 'gb2312',
  // Of one byte a letter here: half-width katakana.
  87: 'shift_jis',
  149: 'euc-kr',
  159: 'shift_jis',
};
/** With and without code extensions the same letters: `ISO 2022 IR n`, `ISO_IR n`. */
const NUMBERED = /^ISO[ _-](?:2022[ _-])?IR[ _-](\d+)$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what these sequences begin with
const ESCAPE = /(\u001b[ -/]*[0-~])/g;
/** The delimiters that end a set (PS3.5 6.1.2.5.3). */
const DELIMITER = /([\\^=\r\n\f\t])/;
/** Escapes to the sets of letters of which each byte has its high bit (PS3.3 C.12.1.1.2). */
const HIGH: Readonly<Record<string, string | undefined>> = {
  '-A': ENCODINGS[100],
  '-B': ENCODINGS[101],
  '-C': ENCODINGS[109],
  '-D': ENCODINGS[110],
  '-F': ENCODINGS[126],
  '-G': ENCODINGS[127],
  '-H': ENCODINGS[138],
  '-L': ENCODINGS[144],
  '-M': ENCODINGS[148],
  '-T': ENCODINGS[166],
  '-b': ENCODINGS[203],
  ')I': ENCODINGS[13],
  '$)A': BESIDE_WIDE[58],
  '$)C': BESIDE_WIDE[149],
};
/**
 * Escapes to the sets of those without it: plain letters, and Japanese of two bytes a letter, with
 * what stands before each of them in EUC-JP.
 */
const LOW: Readonly<Record<string, readonly number[] | null | undefined>> = {
  '(B': null,
  '(J': null,
  $B: [],
  '$(D': [0x8f],
};

/** Reads a data set's texts in its own character sets; they are empty where it says nothing. */
export function readText(dataSet: DataSet): (tag: string) => string {
  const terms = (dataSet.string('x00080005') ?? '').split('\\').map((name) => {
    const term = name.trim();
    return NUMBERED.exec(term)?.[1] ?? term;
  });
  const known = (encodings: typeof WHOLE) => terms.flatMap((term) => encodings[term] ?? []);
  const whole = known(WHOLE).at(-1);
  const first = known(ENCODINGS)[0] ?? known(BESIDE_WIDE).at(-1) ?? 'iso-8859-1';
  const decoder = new TextDecoder(whole ?? first);
  return (tag) => {
    const element = dataSet.elements[tag];
    if (!element || element.length === 0) {
      return '';
    }
    const { dataOffset, length } = element;
    const bytes = dataSet.byteArray.subarray(dataOffset, dataOffset + length);
    const text = whole ? decoder.decode(bytes).replace(ESCAPE, '') : decoded(bytes, decoder);
    return text.replace(/[\0 ]+$/, '').trim();
  };
}

/** Text in several sets, each from its escape on. */
function decoded(bytes: Uint8Array, first: TextDecoder): string {
  let high = first;
  let low: readonly number[] | null = null;
  const plain = (part: string) => {
    if (DELIMITER.test(part)) {
      high = first;
    }
    return high.decode(Uint8Array.from(part, codeOf));
  };
  const parts = Array.from(bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .split(ESCAPE);
  return parts
    .map((part) => {
      if (part.startsWith('\u001b')) {
        const set = part.slice(1);
        const encoding = HIGH[set];
        high = encoding === undefined ? high : new TextDecoder(encoding);
        const lowSet = LOW[set];
        low = lowSet === undefined ? low : lowSet;
        return '';
      }
      // Among the bytes of the Japanese letters are those of the delimiters.
      return low ? japanese(part, low) : part.split(DELIMITER).map(plain).join('');
    })
    .join('');
}

const codeOf = (letter: string) => letter.charCodeAt(0);

/** Letters of two bytes, with what stands before each of them in EUC-JP. */
function japanese(part: string, before: readonly number[]): string {
  const bytes = [...part].flatMap((letter, at) => [
    ...(at % 2 === 0 ? before : []),
    codeOf(letter) | 0x80,
  ]);
  return new TextDecoder('euc-jp').decode(Uint8Array.from(bytes));
}
