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
/** Those of several bytes a letter, alone or beside another. */
const WIDE: Readonly<Record<string, string | undefined>> = {
  58: 'gb2312',
  87: 'iso-2022-jp',
  149: 'euc-kr',
  192: 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};
/** With and without code extensions the same letters: `ISO 2022 IR n`, `ISO_IR n`. */
const NUMBERED = /^ISO[ _-](?:2022[ _-])?IR[ _-](\d+)$/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what these sequences begin with
const ESCAPE = /\u001b[ -/]*[0-~]/g;
/** What changes the set within a text: an escape, and the delimiters that end it (PS3.5 6.1.2.5.3). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const CHANGES = /(\u001b[ -/]*[0-~]|[\\^=\r\n\f\t])/;
/** Escapes to the sets of one byte a letter (PS3.3 table C.12-3), to their numbers. */
const ESCAPES: Readonly<Record<string, number | undefined>> = {
  '-A': 100,
  '-B': 101,
  '-C': 109,
  '-D': 110,
  '-F': 126,
  '-G': 127,
  '-H': 138,
  '-L': 144,
  '-M': 148,
  '-T': 166,
  '-b': 203,
  ')I': 13,
};

/** Reads a data set's texts in its own character sets; they are empty where it says nothing. */
export function readText(dataSet: DataSet): (tag: string) => string {
  const terms = (dataSet.string('x00080005') ?? '').split('\\').map((name) => {
    const term = name.trim();
    return NUMBERED.exec(term)?.[1] ?? term;
  });
  const known = (encodings: typeof WIDE) => terms.flatMap((term) => encodings[term] ?? []);
  // The last one named holds the wide letters; the first is plain.
  const wide = known(WIDE).at(-1);
  const first = new TextDecoder(wide ?? known(ENCODINGS)[0] ?? 'iso-8859-1');
  return (tag) => {
    const element = dataSet.elements[tag];
    if (!element || element.length === 0) {
      return '';
    }
    const { dataOffset, length } = element;
    const bytes = dataSet.byteArray.subarray(dataOffset, dataOffset + length);
    const text = terms.length > 1 && !wide ? decoded(bytes, first) : first.decode(bytes);
    // Japanese needs the escapes, and its decoder has taken them; all others would print them.
    return text
      .replace(ESCAPE, '')
      .replace(/[\0 ]+$/, '')
      .trim();
  };
}

/** Text in several sets of one byte a letter, each from its escape on. */
function decoded(bytes: Uint8Array, first: TextDecoder): string {
  let decoder = first;
  const parts = Array.from(bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .split(CHANGES);
  return parts
    .map((part) => {
      if (part.startsWith('\u001b')) {
        const encoding = ENCODINGS[ESCAPES[part.slice(1)] ?? ''];
        decoder = encoding === undefined ? decoder : new TextDecoder(encoding);
        return '';
      }
      if (part.length === 1 && CHANGES.test(part)) {
        decoder = first;
        return part;
      }
      return decoder.decode(Uint8Array.from(part, (letter) => letter.charCodeAt(0)));
    })
    .join('');
}
