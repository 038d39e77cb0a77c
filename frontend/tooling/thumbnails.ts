import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { decode, encode } from 'fast-png';
import type { Plugin } from 'vite';

const QUERY = '?thumbnail';
/** Wide enough for a dense screen at the size that the page shows. */
const WIDTH = 192;
/** Steps of grey: finer ones cost bytes and are not seen at this size. */
const GREYS = 48;

/** Imports of `film.png?thumbnail` give the address of a small grey PNG of that film. */
export function thumbnails(): Plugin {
  let builds = false;
  return {
    name: 'thumbnails',
    enforce: 'pre',
    configResolved({ command }) {
      builds = command === 'build';
    },
    async load(id) {
      if (!id.endsWith(QUERY)) {
        return null;
      }
      const file = id.slice(0, -QUERY.length);
      const source = thumbnail(await readFile(file));
      if (!builds) {
        const address = `data:image/png;base64,${Buffer.from(source).toString('base64')}`;
        return `export default ${JSON.stringify(address)}`;
      }
      const reference = this.emitFile({
        type: 'asset',
        name: basename(file).replace('.png', '.small.png'),
        source,
      });
      return `export default import.meta.ROLLUP_FILE_URL_${reference}`;
    },
  };
}

/** A grey PNG of 8 bits, `WIDTH` pixels wide: each is the mean of those that it stands for. */
export function thumbnail(png: Uint8Array): Uint8Array {
  const film = decode(png);
  const width = Math.min(WIDTH, film.width);
  const step = film.width / width;
  const height = Math.round(film.height / step);
  const data = new Uint8Array(width * height);
  const top = 2 ** film.depth - 1;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let [sum, count] = [0, 0];
      const [bottom, right] = [(y + 1) * step, (x + 1) * step];
      for (let row = Math.floor(y * step); row < Math.min(bottom, film.height); row += 1) {
        for (let column = Math.floor(x * step); column < Math.min(right, film.width); column += 1) {
          sum += film.data[(row * film.width + column) * film.channels] ?? 0;
          count += 1;
        }
      }
      const share = sum / (count || 1) / top;
      data[y * width + x] = Math.round((Math.round(share * (GREYS - 1)) * 255) / (GREYS - 1));
    }
  }
  return encode({ width, height, data, depth: 8, channels: 1 });
}
