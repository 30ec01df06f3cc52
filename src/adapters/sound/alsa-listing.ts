import type { DeviceListing } from './device';

/** Names that ALSA lists beside devices: converters, and what neither plays nor records. */
const NO_DEVICES =
  /^(null|lavrate|samplerate|speexrate|speex|jack|oss|upmix|vdownmix|usbstream)(:|$)/;
/** Devices without conversion, which rarely take 16 kHz mono, and parts of surround sound. */
const TOO_BARE = /^(hw|dmix|dsnoop|surround\d+|front|rear|center_lfe|side|modem|phoneline):/;

/** A device of ALSA's, by the name that its programs take. */
export type AlsaDevice = Omit<DeviceListing, 'adapter'>;

/**
 * Reads what `aplay -L` or `arecord -L` write: names at the beginning of a line, each followed by
 * lines that describe it, which are indented.
 */
export function parsePcms(text: string): AlsaDevice[] {
  const devices: AlsaDevice[] = [];
  for (const entry of text.split(/\n(?=\S)/)) {
    const [name = '', ...lines] = entry.split('\n').map((line) => line.trim());
    if (name === '' || NO_DEVICES.test(name) || TOO_BARE.test(name)) continue;
    devices.push({ name, description: lines.filter((line) => line !== '').join(', ') });
  }
  return devices;
}

/**
 * Reads what `aplay -l` or `arecord -l` write, a line a device of a card, as `plughw:` names: ALSA
 * converts what these cannot play as it is.
 */
export function parseCards(text: string): AlsaDevice[] {
  const LINE = /^card \d+: (\S+) \[(.*?)\], device (\d+): .*?\[(.*?)\]/gm;
  return [...text.matchAll(LINE)].map(([, card, cardName, device, deviceName]) => ({
    name: `plughw:CARD=${card},DEV=${device}`,
    description: `${cardName}, ${deviceName}`,
  }));
}

/** Reads what `pactl list short sinks` or `sources` write, as names for ALSA's `pulse` plugin. */
export function parsePulse(text: string): AlsaDevice[] {
  const names = text.split('\n').map((line) => line.split('\t')[1]);
  return names
    .filter((name) => name !== undefined && name !== '')
    .map((name) => ({ name: `pulse:${name}`, description: 'PulseAudio or PipeWire' }));
}
