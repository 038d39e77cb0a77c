import { NotShownError } from './film';

const START_OF_SCAN = 0xda;
const [FIRST_TAG, LAST_TAG] = [0xe0, 0xef];
const [JFIF, ADOBE] = [0xe0, 0xee];

interface Segment {
  readonly marker: number;
  /** From its marker on, fill bytes included. */
  readonly bytes: Uint8Array;
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
    yield { marker, bytes: stream.subarray(start, end) };
    if (last) {
      return;
    }
    start = end;
  }
}

/**
 * A JPEG from a DICOM object for the browser. Its tags go, but for those that tell the colours: EXIF
 * may call the picture turned, which only the data set can.
 */
export function jpegForBrowser(stream: Uint8Array): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [stream.slice(0, 2)];
  for (const { marker, bytes } of segmentsOf(stream)) {
    const isTag = marker >= FIRST_TAG && marker <= LAST_TAG;
    if (!isTag || marker === JFIF || marker === ADOBE) {
      parts.push(bytes.slice());
    }
  }
  return new Blob(parts, { type: 'image/jpeg' });
}
