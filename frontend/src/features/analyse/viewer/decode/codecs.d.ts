// Cornerstone's compiled decoders come without types.

declare module '@cornerstonejs/codec-openjpeg/decodewasm?url' {
  const url: string;
  export default url;
}

declare module '@cornerstonejs/codec-charls/decodewasm?url' {
  const url: string;
  export default url;
}
