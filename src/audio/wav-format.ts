import { WavError } from './wav-error';

/** What a fmt chunk says about the samples. */
export interface WavFormat {
  /** `PCM`, or the name (else the number) of what the samples are encoded in. */
  readonly encoding: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bitsPerSample: number;
}

const FMT_BYTES = 16;
const EXTENSIBLE_FMT_BYTES = 40;
const EXTENSIBLE = 0xfffe;

/** Format tags (Microsoft `mmreg.h`) that people really have. */
const ENCODINGS: ReadonlyMap<number, string> = new Map([
  [0x0001, 'PCM'],
  [0x0002, 'Microsoft ADPCM'],
  [0x0003, 'IEEE float'],
  [0x0006, 'A-law'],
  [0x0007, 'mu-law'],
  [0x0011, 'IMA ADPCM'],
  [0x0031, 'GSM 6.10'],
  [0x0055, 'MP3'],
]);

/** All of an extensible format's id but its first two bytes, which are a tag as above. */
const SUB_FORMAT_TAIL = Buffer.from('000000001000800000aa00389b71', 'hex');

/**
 * Reads the body of a fmt chunk: of the plain kind, or WAVE_FORMAT_EXTENSIBLE, which hides the tag
 * in a GUID.
 *
 * @throws {WavError} `WAV_BAD_FMT` where it is too short.
 */
export function readFormat(fmt: Buffer): WavFormat {
  needBytes(fmt, FMT_BYTES);
  const tag = fmt.readUInt16LE(0);
  return {
    encoding: tag === EXTENSIBLE ? extensibleEncoding(fmt) : encodingOf(tag),
    channels: fmt.readUInt16LE(2),
    sampleRateHz: fmt.readUInt32LE(4),
    bitsPerSample: fmt.readUInt16LE(14),
  };
}

/** A format for people: "44100 Hz, 2 channels, 24-bit PCM". */
export function describeFormat(format: WavFormat): string {
  const { encoding, channels, sampleRateHz, bitsPerSample } = format;
  const layout = channels === 1 ? 'mono' : `${channels} channels`;
  return `${sampleRateHz} Hz, ${layout}, ${bitsPerSample}-bit ${encoding}`;
}

function extensibleEncoding(fmt: Buffer): string {
  needBytes(fmt, EXTENSIBLE_FMT_BYTES);
  const subFormat = fmt.subarray(24, EXTENSIBLE_FMT_BYTES);
  if (!subFormat.subarray(2).equals(SUB_FORMAT_TAIL)) return `format ${subFormat.toString('hex')}`;
  return encodingOf(subFormat.readUInt16LE(0));
}

function encodingOf(tag: number): string {
  return ENCODINGS.get(tag) ?? `format 0x${tag.toString(16).padStart(4, '0')}`;
}

function needBytes(fmt: Buffer, bytes: number): void {
  if (fmt.length >= bytes) return;
  throw new WavError(
    'WAV_BAD_FMT',
    `The fmt chunk is damaged: ${fmt.length} bytes, where at least ${bytes} are needed.`,
  );
}
