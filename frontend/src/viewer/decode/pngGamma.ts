const GAMA = 0x67414d41;
/** `cICP`, `iCCP` and `sRGB`, beside which the standard has gAMA count for nothing. */
const BEFORE_IT: ReadonlySet<number> = new Set([0x63494350, 0x69434350, 0x73524742]);
/** `PLTE` and `IDAT`, behind which it is out of place. */
const LATE: ReadonlySet<number> = new Set([0x504c5445, 0x49444154]);
const USUAL = 1 / 2.2;
const NEARLY = 0.05;

/** By which power a PNG's samples, as shares of the greatest, become what is seen, as the service reads it. */
export function seenPower(view: DataView): number {
  let said = 0;
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const kind = view.getUint32(at + 4);
    if (BEFORE_IT.has(kind)) {
      return 1;
    }
    if (LATE.has(kind)) {
      break;
    }
    if (kind === GAMA && view.getUint32(at) === 4 && said === 0) {
      said = view.getUint32(at + 8);
    }
  }
  const gamma = said >= 16 && said <= 625_000_000 ? said / 100_000 : USUAL;
  return Math.abs(gamma / USUAL - 1) <= NEARLY ? 1 : USUAL / gamma;
}

/** Interleaved samples as they are to be seen; `top` is the greatest sample. Opacity is as it is. */
export function seen(
  samples: ArrayLike<number>,
  channels: number,
  top: number,
  power: number,
): ArrayLike<number> {
  if (power === 1) {
    return samples;
  }
  const table = Uint16Array.from({ length: top + 1 }, (_, sample) =>
    Math.round(top * (sample / top) ** power),
  );
  const opacity = channels % 2 === 0 ? channels - 1 : channels;
  return Uint16Array.from(samples, (sample, at) =>
    at % channels === opacity ? sample : (table[sample] ?? 0),
  );
}
