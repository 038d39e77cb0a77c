import metadata from '../../../../../samples/metadata.csv?raw';
import { parseCsv } from '../../../lib/csv';

export interface Sample {
  readonly id: string;
  readonly url: string;
  /** Of the same film, as small as it is shown on the empty page. */
  readonly thumbnail: string;
  /** `f`, `m` or empty. */
  readonly sex: string;
  /** `PA` or `AP`. */
  readonly projection: string;
  /** Day of the image, counted from the patient's admission. */
  readonly day: number;
}

const urls = import.meta.glob<string>('../../../../../samples/*.png', {
  query: '?url',
  import: 'default',
  eager: true,
});

const small = import.meta.glob<string>('../../../../../samples/*.png', {
  query: '?thumbnail',
  import: 'default',
  eager: true,
});

const byId = (addresses: Readonly<Record<string, string>>) =>
  new Map(Object.entries(addresses).map(([path, url]) => [path.replace(/^.*\/|\.png$/g, ''), url]));
const urlOf = byId(urls);
const thumbnailOf = byId(small);

/** The radiographs that come with the repository, one copy of each. */
export const SAMPLES: readonly Sample[] = parseCsv(metadata).flatMap((row) => {
  const id = row.image_id ?? '';
  const url = urlOf.get(id);
  const thumbnail = thumbnailOf.get(id);
  if (!url || !thumbnail) {
    return [];
  }
  return {
    id,
    url,
    thumbnail,
    sex: row.sex ?? '',
    projection: (row.projection ?? '').toUpperCase(),
    // The table counts from the image to the admission. `0 - x` because `-0` prints as "-0".
    day: 0 - Number(row.admission_offset ?? 0),
  };
});

export const SOURCE_URL = 'https://doi.org/10.6084/m9.figshare.12275009';
export const LICENCE_URL = 'https://creativecommons.org/licenses/by/3.0/';
