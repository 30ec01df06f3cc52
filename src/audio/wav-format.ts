import { CONVERT_WITH_SOX, WavError } from './wav-error';

/** What a fmt chunk says about the samples. */
export interface WavFormat {
  /** `PCM`, `IEEE float`, or the name (else the number) of what the samples are encoded in. */
  readonly encoding: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Of a sample as it is stored; fewer may be valid, and are the upper ones. */
  readonly bitsPerSample: number;
  /** Of one sample of every channel, as the file has it. */
  readonly bytesPerFrame: number;
  readonly isLittleEndian: boolean;
}

const FMT_BYTES = 16;
const EXTENSIBLE_FMT_BYTES = 40;
const EXTENSIBLE = 0xfffe;

const MIN_RATE_HZ = 1_000;
const MAX_RATE_HZ = 768_000;
const MAX_CHANNELS = 64;
const BITS_PER_SAMPLE: Readonly<Record<string, readonly number[]>> = {
  PCM: [8, 16, 24, 32],
  'IEEE float': [32, 64],
};

/** Format tags (Microsoft `mmreg.h`) that people really have. */
const ENCODINGS: ReadonlyMap<number, string> = new Map([
  [0x0001, 'PCM'],
  [0x0002, 'Microsoft ADPCM'],
  [0x0003, 'IEEE float'],
  [0x0006, 'A-law'],
  [0x0007, 'mu-law'],
  [0x0011, 'IMA ADPCM'],
  [0x0031, 'GSM 6.10'],
  [0x0040, 'G.721 ADPCM'],
  [0x0050, 'MPEG audio'],
  [0x0055, 'MP3'],
  [0x00ff, 'AAC'],
  [0x0161, 'WMA'],
]);

/** All of an extensible format's id but the tag that it begins with: RIFF's, SoX's RIFX, RIFX's. */
const SUB_FORMAT_TAIL = '000000001000800000aa00389b71';
const SUB_FORMAT_TAIL_BIG_ENDIAN = '00000010800000aa00389b71';

/**
 * Reads the body of a fmt chunk: of the plain kind, or WAVE_FORMAT_EXTENSIBLE, which hides the tag
 * in a GUID. Its bytes per second are not read: nothing needs them.
 *
 * @throws {WavError} `WAV_BAD_FMT` where it is too short.
 */
export function readFormat(fmt: Buffer, isLittleEndian: boolean): WavFormat {
  needBytes(fmt, FMT_BYTES);
  const uint16 = (at: number) => (isLittleEndian ? fmt.readUInt16LE(at) : fmt.readUInt16BE(at));
  const tag = uint16(0);
  const bitsPerSample = uint16(14);
  if (tag === EXTENSIBLE) {
    needBytes(fmt, EXTENSIBLE_FMT_BYTES);
    checkValidBits(uint16(18), bitsPerSample);
  }
  return {
    encoding: tag === EXTENSIBLE ? extensibleEncoding(fmt, isLittleEndian) : encodingOf(tag),
    channels: uint16(2),
    sampleRateHz: isLittleEndian ? fmt.readUInt32LE(4) : fmt.readUInt32BE(4),
    bitsPerSample,
    bytesPerFrame: uint16(12),
    isLittleEndian,
  };
}

/**
 * Checks that samples of this format can be read, and in one way only.
 *
 * @throws {WavError} `WAV_UNSUPPORTED_FORMAT` for another encoding, or too many or none of
 *   something; `WAV_BAD_FMT` where the size of a frame is not that of its samples.
 */
export function checkFormat(format: WavFormat): void {
  const { channels, sampleRateHz, bitsPerSample, bytesPerFrame } = format;
  const bits = BITS_PER_SAMPLE[format.encoding];
  if (bits === undefined) refuse(format, 'PCM or IEEE float is needed');
  if (!bits.includes(bitsPerSample)) refuse(format, `${bits.join(', ')} bits are read`);
  if (channels < 1 || channels > MAX_CHANNELS)
    refuse(format, `1 to ${MAX_CHANNELS} channels are read`);
  if (sampleRateHz < MIN_RATE_HZ || sampleRateHz > MAX_RATE_HZ) {
    refuse(format, `${MIN_RATE_HZ} to ${MAX_RATE_HZ} Hz are read`);
  }
  if (bytesPerFrame === (channels * bitsPerSample) / 8) return;
  throw new WavError(
    'WAV_BAD_FMT',
    `The fmt chunk contradicts itself: ${describeFormat(format)}, ` +
      `and ${bytesPerFrame} bytes for a sample of every channel. Record or export it anew.`,
  );
}

/** A format for people: "44100 Hz, 2 channels, 24-bit PCM". */
export function describeFormat(format: WavFormat): string {
  const { encoding, channels, sampleRateHz, bitsPerSample } = format;
  const layout = channels === 1 ? 'mono' : `${channels} channels`;
  return `${sampleRateHz} Hz, ${layout}, ${bitsPerSample}-bit ${encoding}`;
}

function refuse(format: WavFormat, needed: string): never {
  throw new WavError(
    'WAV_UNSUPPORTED_FORMAT',
    `The file is ${describeFormat(format)}; ${needed}. ${CONVERT_WITH_SOX}`,
  );
}

function extensibleEncoding(fmt: Buffer, isLittleEndian: boolean): string {
  const id = fmt.toString('hex', 24, EXTENSIBLE_FMT_BYTES);
  if (id.endsWith(SUB_FORMAT_TAIL)) {
    return encodingOf(isLittleEndian ? fmt.readUInt16LE(24) : fmt.readUInt16BE(24));
  }
  if (!isLittleEndian && id.endsWith(SUB_FORMAT_TAIL_BIG_ENDIAN)) {
    return encodingOf(fmt.readUInt32BE(24));
  }
  return `format ${id}`;
}

function encodingOf(tag: number): string {
  return ENCODINGS.get(tag) ?? `format 0x${tag.toString(16).padStart(4, '0')}`;
}

/** Samples fill their upper bits, so that how many are valid changes nothing; 0 is not said. */
function checkValidBits(valid: number, stored: number): void {
  if (valid <= stored) return;
  throw new WavError(
    'WAV_BAD_FMT',
    `The fmt chunk is damaged: ${valid} valid bits in samples of ${stored}. ` +
      'Record or export it anew.',
  );
}

function needBytes(fmt: Buffer, bytes: number): void {
  if (fmt.length >= bytes) return;
  throw new WavError(
    'WAV_BAD_FMT',
    `The fmt chunk is damaged: ${fmt.length} bytes, where at least ${bytes} are needed. ` +
      'Record or export it anew.',
  );
}
