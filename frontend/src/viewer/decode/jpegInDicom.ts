import { NotShownError } from './film';

const START_OF_SCAN = 0xda;
const [FIRST_TAG, LAST_TAG] = [0xe0, 0xef];
const [JFIF, ADOBE] = [0xe0, 0xee];
/** Baseline, extended and progressive: what browsers read. */
const FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
/** A tag of Adobe's but for its last byte: 0 where components are red, green and blue. */
const ADOBE_HEAD = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0] as const;

interface Segment {
  readonly marker: number;
  /** From its marker on, fill bytes included. */
  readonly bytes: Uint8Array;
  readonly payload: Uint8Array;
}

/** What stands before the first scan, and from that on all the rest as one. */
function* segmentsOf(stream: Uint8Array): Generator<Segment> {
  for (let start = 2; ; ) {
    let at = start;
    while (stream[at] === 0xff) {
      at += 1;
    }
    const [marker, high, low] = stream.subarray(at, at + 3);
    if (at === start || marker === undefined || high === undefined || low === undefined) {
      throw new NotShownError('the-compressed-stream-is-damaged');
    }
    const last = marker === START_OF_SCAN;
    const end = last ? stream.length : at + 1 + high * 256 + low;
    yield { marker, bytes: stream.subarray(start, end), payload: stream.subarray(at + 3, end) };
    if (last) {
      return;
    }
    start = end;
  }
}

/**
 * A JPEG from a DICOM object for the browser, without its tags: EXIF may call the picture turned,
 * which only the data set can. Of three components one tag says the colours as the service knows
 * them; where nothing does, it goes by the data set, and the browser would guess.
 */
export function jpegForBrowser(stream: Uint8Array, photometric: string): Blob {
  let rgb: boolean | undefined;
  let ids: number[] = [];
  const kept: Uint8Array<ArrayBuffer>[] = [];
  for (const { marker, bytes, payload } of segmentsOf(stream)) {
    if (marker === ADOBE && payload.length >= 12 && begins(payload, 'Adobe')) {
      rgb = payload[11] === 0;
    } else if (marker === JFIF && begins(payload, 'JFIF\0')) {
      rgb ??= false;
    } else if (FRAMES.has(marker)) {
      ids = [...payload.subarray(6)].filter((_, at) => at % 3 === 0);
    }
    if (marker < FIRST_TAG || marker > LAST_TAG) {
      kept.push(bytes.slice());
    }
  }
  const named = String.fromCharCode(...ids).toUpperCase() === 'RGB';
  const isRgb = named || (rgb ?? photometric === 'RGB');
  const colours = ids.length === 3 ? [Uint8Array.of(...ADOBE_HEAD, isRgb ? 0 : 1)] : [];
  return new Blob([stream.slice(0, 2), ...colours, ...kept], { type: 'image/jpeg' });
}

function begins(payload: Uint8Array, name: string): boolean {
  return [...name].every((letter, at) => payload[at] === letter.charCodeAt(0));
}
