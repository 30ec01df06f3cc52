import { expect } from 'chai';

import { parseCards, parsePcms, parsePulse } from '../../../src/adapters/sound/alsa-listing';

/** As on a Raspberry Pi with headphones and a USB card. */
const PCMS = `null
    Discard all samples (playback) or generate zero samples (capture)
default
    Playback/recording through the PulseAudio sound server
lavrate
    Rate Converter Plugin Using Libav/FFmpeg Library
pulse
    PulseAudio Sound Server
hw:CARD=Headphones,DEV=0
    bcm2835 Headphones, bcm2835 Headphones
    Direct hardware device without any conversions
plughw:CARD=Headphones,DEV=0
    bcm2835 Headphones, bcm2835 Headphones
    Hardware device with all software conversions
surround51:CARD=Device,DEV=0
    USB Audio Device, USB Audio
    5.1 Surround output to Front, Center, Rear and Subwoofer speakers
`;

const CARDS = `**** List of PLAYBACK Hardware Devices ****
card 0: Headphones [bcm2835 Headphones], device 0: bcm2835 Headphones [bcm2835 Headphones]
  Subdevices: 8/8
  Subdevice #0: subdevice #0
card 1: Device [USB Audio Device], device 0: USB Audio [USB Audio]
  Subdevices: 1/1
`;

describe('the lists of ALSA and PulseAudio', () => {
  it('name what can be played to, without converters and bare hardware', () => {
    expect(parsePcms(PCMS)).to.deep.equal([
      { name: 'default', description: 'Playback/recording through the PulseAudio sound server' },
      { name: 'pulse', description: 'PulseAudio Sound Server' },
      {
        name: 'plughw:CARD=Headphones,DEV=0',
        description:
          'bcm2835 Headphones, bcm2835 Headphones, Hardware device with all software conversions',
      },
    ]);
  });

  it('name the devices of cards with conversion', () => {
    expect(parseCards(CARDS)).to.deep.equal([
      {
        name: 'plughw:CARD=Headphones,DEV=0',
        description: 'bcm2835 Headphones, bcm2835 Headphones',
      },
      { name: 'plughw:CARD=Device,DEV=0', description: 'USB Audio Device, USB Audio' },
    ]);
  });

  it("name the sinks of a sound server for ALSA's plugin", () => {
    const text = '1\tvspk\tmodule-null-sink.c\ts16le 1ch 16000Hz\tIDLE\n';
    expect(parsePulse(text)).to.deep.equal([
      { name: 'pulse:vspk', description: 'PulseAudio or PipeWire' },
    ]);
  });

  it('are empty where nothing was said', () => {
    const lists = ['', '\n', 'aplay: device_list:274: no soundcards found...\n'];
    for (const text of lists.slice(0, 2)) expect(parsePcms(text)).to.deep.equal([]);
    for (const text of lists) expect(parseCards(text)).to.deep.equal([]);
    for (const text of lists) expect(parsePulse(text)).to.deep.equal([]);
  });
});
