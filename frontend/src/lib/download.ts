/** Lets the browser save `href` (a blob: or data: address) under `name`. */
function save(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

export function saveDataUrl(dataUrl: string, name: string): void {
  save(dataUrl, name);
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  save(url, name);
  // The download has taken its own reference by the next task.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

export function saveText(text: string, type: string, name: string): void {
  saveBlob(new Blob([text], { type }), name);
}

export function saveJson(value: unknown, name: string): void {
  saveText(`${JSON.stringify(value, null, 2)}\n`, 'application/json', name);
}

/** `image/jpeg` gives `jpg`. */
export function extensionOfDataUrl(dataUrl: string): string {
  const subtype = /^data:image\/([a-z]+)/.exec(dataUrl)?.[1] ?? 'bin';
  return subtype === 'jpeg' ? 'jpg' : subtype;
}
