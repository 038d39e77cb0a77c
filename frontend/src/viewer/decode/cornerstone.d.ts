// Cornerstone's compiled decoders come without types.

interface CompiledDecoder {
  getEncodedBuffer: (size: number) => Uint8Array;
  decode: () => void;
  getDecodedBuffer: () => Uint8Array;
  getFrameInfo: () => { bitsPerSample: number; isSigned?: boolean };
  /** Of JPEG-LS alone. */
  getInterleaveMode?: () => number;
  delete: () => void;
}

interface CompiledOptions {
  /** Where to fetch the compiled code. */
  locateFile: () => string;
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export default function load(
    options: CompiledOptions,
  ): Promise<{ J2KDecoder: new () => CompiledDecoder }>;
}

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  export default function load(
    options: CompiledOptions,
  ): Promise<{ JpegLSDecoder: new () => CompiledDecoder }>;
}
