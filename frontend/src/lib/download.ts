/** Long enough for the browser to have begun reading what it was told to save. */
const KEPT_MS = 10_000;

const ENDING = /\.(png|jpe?g|tiff?|dcm|dicom)$/i;

/**
 * What a film's results are named after: `chest.v2.dcm` gives `chest.v2`. Numbers with dots, as
 * DICOM names its files, stay whole, and so do folders: films must not share a name.
 */
export const stemOf = (name: string): string =>
  (name.replace(ENDING, '') || name).replaceAll('/', '_');

/** Lets the browser save `blob` under `name`. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}

export function saveJson(value: unknown, name: string): void {
  saveBlob(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }), name);
}
