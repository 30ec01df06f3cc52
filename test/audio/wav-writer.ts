/**
 * Writes WAV files of every kind for the tests, whole ones and wrong ones. It shares no line with
 * the reader, so that the two can disagree.
 */

/** As a fmt chunk has it; what is not given follows from the rest, so that a test can lie. */
export interface Format {
  readonly isFloat?: boolean;
  readonly bits?: number;
  readonly channels?: number;
  readonly rateHz?: number;
  readonly isBig?: boolean;
  /** WAVE_FORMAT_EXTENSIBLE, with as many valid bits. */
  readonly validBits?: number;
  readonly tag?: number;
  readonly bytesPerFrame?: number;
}

const EXTENSIBLE = 0xfffe;
const SUB_FORMAT_TAIL = Buffer.from('000000001000800000aa00389b71', 'hex');

/** A chunk with its padding. `length` is what it announces, where that is not the truth. */
export function chunk(id: string, body: Buffer, { length = body.length, isBig = false } = {}) {
  return Buffer.concat([Buffer.from(id, 'latin1'), uint(length, 4, isBig), body, padding(body)]);
}

export function wave(...chunks: readonly Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

export function rifx(...chunks: readonly Buffer[]): Buffer {
  return chunk('RIFX', Buffer.concat([Buffer.from('WAVE'), ...chunks]), { isBig: true });
}

/** A fmt chunk of 16 bytes, or of 40. */
export function fmtChunk(format: Format = {}): Buffer {
  return chunk('fmt ', fmtBody(format), { isBig: format.isBig ?? false });
}

export function fmtBody(format: Format = {}): Buffer {
  const { isFloat = false, bits = 16, channels = 1, rateHz = 16_000, isBig = false } = format;
  const { tag = isFloat ? 3 : 1, bytesPerFrame = (channels * bits) / 8, validBits } = format;
  const numbers = [
    uint(validBits === undefined ? tag : EXTENSIBLE, 2, isBig),
    uint(channels, 2, isBig),
    uint(rateHz, 4, isBig),
    uint((rateHz * bytesPerFrame) % 2 ** 32, 4, isBig),
    uint(bytesPerFrame, 2, isBig),
    uint(bits, 2, isBig),
  ];
  if (validBits === undefined) return Buffer.concat(numbers);
  const extension = [uint(22, 2, isBig), uint(validBits, 2, isBig), uint(0, 4, isBig)];
  return Buffer.concat([...numbers, ...extension, uint(tag, 2, isBig), SUB_FORMAT_TAIL]);
}

/** A data chunk; a sample is a number as it is stored, unsigned where it has 8 bits. */
export function dataChunk(samples: readonly number[], format: Format = {}): Buffer {
  return chunk('data', sampleBytes(samples, format), { isBig: format.isBig ?? false });
}

/** A whole file with nothing but fmt and data in it. */
export function wavFile(samples: readonly number[], format: Format = {}): Buffer {
  const chunks = [fmtChunk(format), dataChunk(samples, format)];
  return format.isBig ? rifx(...chunks) : wave(...chunks);
}

/** The number that stands for a level between -1 and 1 in a format. */
export function stored(level: number, { isFloat = false, bits = 16 }: Format): number {
  if (isFloat) return bits === 32 ? Math.fround(level) : level;
  const full = 2 ** (bits - 1);
  const signed = Math.max(-full, Math.min(full - 1, Math.round(level * full)));
  return bits === 8 ? signed + 128 : signed;
}

/** What a stored number comes to as s16le, before it is rounded. */
export function heard(sample: number, { isFloat = false, bits = 16 }: Format): number {
  if (isFloat) return Math.max(-32_768, Math.min(32_767, sample * 32_768));
  return (bits === 8 ? sample - 128 : sample) * 2 ** (16 - bits);
}

export function sampleBytes(samples: readonly number[], format: Format): Buffer {
  const bytesPerSample = (format.bits ?? 16) / 8;
  const bytes = Buffer.alloc(samples.length * bytesPerSample);
  samples.forEach((sample, i) => writeSample(bytes, sample, i * bytesPerSample, format));
  return format.isBig ? swapped(bytes, bytesPerSample) : bytes;
}

function writeSample(bytes: Buffer, sample: number, at: number, format: Format): void {
  const { isFloat = false, bits = 16 } = format;
  if (isFloat && bits === 32) bytes.writeFloatLE(sample, at);
  else if (isFloat) bytes.writeDoubleLE(sample, at);
  else if (bits === 8) bytes.writeUInt8(sample, at);
  else bytes.writeIntLE(sample, at, bits / 8);
}

/** Each sample's bytes the other way round. */
function swapped(bytes: Buffer, bytesPerSample: number): Buffer {
  return bytes.map((_, at) => {
    const within = at % bytesPerSample;
    return bytes[at - within + (bytesPerSample - 1 - within)]!;
  }) as Buffer;
}

function uint(value: number, bytes: number, isBig: boolean): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (isBig) buffer.writeUIntBE(value, 0, bytes);
  else buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

function padding(body: Buffer): Buffer {
  return Buffer.alloc(body.length % 2);
}
