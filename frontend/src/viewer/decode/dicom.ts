import { readOverlayBits, refuseMuchAbove, refuseWrapped } from './dicomBits';
import { type Grey, readGrey } from './dicomGrey';
import { parsed, readAspect, readHeader, readSpacing } from './dicomHeader';
import { type Layout, MONOCHROME, readLayout } from './dicomLayout';
import { readSamples, type Samples } from './dicomPixels';
import { type Film, type Level, NotShownError } from './film';
import { addGroups } from './functionalGroups';
import { readOrientation, turned, turnedSpacing } from './orientation';
import { squared, squaredSpacing } from './pixelAspect';
import { plainFilm } from './plainFilm';
import { fullWindow, makePresets } from './presets';
import { type Padding, pyramid } from './pyramid';
import { toGrey } from './raster';
import { paddedWindow, sharesWithoutIslands, withoutIslands } from './usedRange';

/** A DICOM file as a film; throws `NotShownError` where this page cannot show it. */
export async function readDicom(bytes: Uint8Array, maxPixels: number): Promise<Film> {
  const dataSet = parsed(bytes);
  addGroups(dataSet);
  const layout = readLayout(dataSet);
  if (layout.rows * layout.columns > maxPixels || Number(dataSet.string('x00280008') ?? 1) > 1) {
    throw new NotShownError('too-large-or-several-frames');
  }
  const samples = await readSamples(dataSet, layout);
  const orientation = readOrientation(dataSet);
  const aspect = readAspect(dataSet);
  const upright = (stored: Level, padding: Padding = null) => {
    const square = squared(stored, aspect, maxPixels, padding);
    const spacing = squaredSpacing(readSpacing(dataSet), stored, square);
    return {
      full: turned(square, orientation),
      about: { spacing: turnedSpacing(spacing, orientation), header: readHeader(dataSet) },
    };
  };
  const size = { width: layout.columns, height: layout.rows };
  if (!MONOCHROME.has(layout.photometric)) {
    const { full, about } = upright(colourLevel(samples, layout));
    return { ...plainFilm(full, 256), ...about };
  }
  const { modality, paddingWords, window: sent, shares, ...grey } = readGrey(dataSet, layout);
  const meaning = { modality, paddingWords, padding: grey.padding };
  const overlayBits = readOverlayBits(dataSet);
  const codes = codesOf({ ...samples, overlayBits }, layout, size.width * size.height, meaning);
  const { full, about } = upright({ ...size, codes }, grey.padding);
  const levels = pyramid(full, grey.padding);
  // After a Modality LUT the codes are its outputs, which begin at 0.
  const least = layout.signed && !modality ? -(2 ** (layout.stored - 1)) : 0;
  const base = sent ?? paddedWindow({ ...size, codes }, grey, least) ?? fullWindow(grey);
  const film = { ...size, codes };
  const stored = shares ? base : withoutIslands(film, grey, base, layout.stored);
  const shown = shares && sharesWithoutIslands(film, grey, shares, layout.stored);
  const table = shown && Uint8Array.from(shown, (share) => Math.round(255 * share));
  const presets = makePresets(levels.at(-1) ?? levels[0], grey, { sent, stored });
  return { levels, table, ...grey, ...about, ...presets };
}

/**
 * Stored bits without their sign, two's complement with its top bit turned, or what the Modality LUT
 * makes of them; of padding, its code.
 */
function codesOf(
  { values, shift, precision, overlayBits }: Samples & { overlayBits: number },
  layout: Layout,
  count: number,
  { modality, padding, paddingWords }: Pick<Grey, 'modality' | 'padding' | 'paddingWords'>,
): Uint16Array {
  if (values.length < count) {
    throw new NotShownError('pixel-data-is-cut-short');
  }
  const mask = 2 ** layout.stored - 1;
  const sign = layout.signed ? 2 ** (layout.stored - 1) : 0;
  const codes = new Uint16Array(count);
  // As the service does: a stream of more bits than are stored reaches white, and does not wrap.
  // Where whole words were encoded, the stored bits lie high in them.
  const deeper = (precision ?? 0) > layout.stored;
  const mayLieHigh = (precision ?? 0) > layout.highBit && layout.highBit >= layout.stored;
  const lieHigh = mayLieHigh && someAbove(values, mask);
  const clamps = deeper && !lieHigh && !layout.signed;
  const down = lieHigh ? layout.highBit - layout.stored + 1 : shift;
  const [low, high] = paddingWords ?? [1, 0];
  const isPadding = (stored: number) => {
    const word = layout.signed ? (stored << 16) >> 16 : stored;
    const value = (((clamps ? Math.min(stored, mask) : stored >> down) & mask) ^ sign) - sign;
    return (word >= low && word <= high) || (value >= low && value <= high);
  };
  if (clamps) {
    refuseMuchAbove(values, layout, isPadding);
  } else {
    const wide = precision ? precision > 8 || layout.signed : layout.allocated > 8;
    refuseWrapped({ values, wide, down, overlayBits }, layout, isPadding);
  }
  for (let index = 0; index < count; index += 1) {
    const stored = values[index] ?? 0;
    const word = layout.signed ? (stored << 16) >> 16 : stored;
    if (word >= low && word <= high) {
      codes[index] = padding?.[0] ?? 0;
      continue;
    }
    const value = stored >> down;
    const code = clamps ? Math.min(value, mask) : (value & mask) ^ sign;
    codes[index] = modality ? (modality[code] ?? 0) : code;
  }
  return codes;
}

function someAbove(values: ArrayLike<number>, limit: number): boolean {
  for (let index = 0; index < values.length; index += 1) {
    if ((values[index] ?? 0) > limit) {
      return true;
    }
  }
  return false;
}

function colourLevel({ values, samples }: Samples, layout: Layout): Level {
  if (layout.photometric === 'PALETTE COLOR' || layout.allocated !== 8) {
    throw new NotShownError('palette-or-deep-colour');
  }
  const size = { width: layout.columns, height: layout.rows };
  // The first sample of YBR is the luminance itself. One sample: the browser made it grey.
  const luma = samples === 3 && layout.photometric.startsWith('YBR_FULL');
  const grey = luma
    ? Uint8Array.from({ length: size.width * size.height }, (_, pixel) => values[3 * pixel] ?? 0)
    : toGrey(values, samples, size, 255).codes;
  return { ...size, codes: grey };
}
