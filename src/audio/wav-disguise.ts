interface Guise {
  readonly name: string;
  readonly looksLike: (file: Buffer) => boolean;
}

/** A kind of file that is known by the bytes that it begins with. */
function begins(name: string, ...magics: readonly string[]): Guise {
  const isAt = (file: Buffer, magic: string) => file.toString('latin1', 0, magic.length) === magic;
  return { name, looksLike: (file) => magics.some((magic) => isAt(file, magic)) };
}

/** What people rename to .wav, the surest signs first. */
const GUISES: readonly Guise[] = [
  begins('an Ogg file (Vorbis or Opus)', 'OggS'),
  begins('a FLAC file', 'fLaC'),
  begins('an MP3 file', 'ID3'),
  { name: 'an MP4 or M4A file', looksLike: (file) => file.toString('latin1', 4, 8) === 'ftyp' },
  begins('an AIFF file', 'FORM'),
  begins('a Sun AU file', '.snd'),
  begins('a CAF file', 'caff'),
  begins('a Wave64 file', 'riff'),
  begins('a WMA file', '\x30\x26\xb2\x75'),
  begins('a WebM or Matroska file', '\x1a\x45\xdf\xa3'),
  begins('an AMR file', '#!AMR'),
  begins('a MIDI file, which holds no sound', 'MThd'),
  begins('a ZIP archive', 'PK\x03\x04'),
  begins('a gzip archive', '\x1f\x8b'),
  { name: 'an AAC file', looksLike: (file) => mpegLayer(file) === 0 },
  { name: 'an MP3 file', looksLike: (file) => [1, 2].includes(mpegLayer(file)) },
  { name: 'all zeros', looksLike: (file) => file.every((byte) => byte === 0) },
  { name: 'text', looksLike: isText },
];

/**
 * What a file that does not begin as a WAV file does, is, for people: "it looks like an MP3 file".
 */
export function describeDisguise(file: Buffer): string {
  if (file.length === 0) return 'it is empty';
  const begin = JSON.stringify(file.toString('latin1', 0, 4));
  const guise = GUISES.find(({ looksLike }) => looksLike(file));
  if (guise === undefined) return `it begins with ${begin} instead of "RIFF"`;
  if (guise.name === 'all zeros') return `its ${file.length} bytes are all zeros`;
  return `it looks like ${guise.name} (it begins with ${begin})`;
}

/**
 * The layer bits of a frame of MPEG audio, which begins with eleven ones: 1 is Layer III, 2 is
 * Layer II, and AAC's ADTS has 0. Else -1.
 */
function mpegLayer(file: Buffer): number {
  if (file.length < 2 || file.readUInt16BE(0) < 0xffe0) return -1;
  return (file[1]! >> 1) & 3;
}

function isText(file: Buffer): boolean {
  const isPrintable = (byte: number) => byte >= 0x20 || (byte >= 9 && byte <= 13);
  return file.subarray(0, 64).every((byte) => isPrintable(byte) && byte !== 0x7f);
}
