import { expect } from 'chai';

import { failureOf } from '../../../src/adapters/sound/alsa-complaint';

describe('failureOf', () => {
  /** As they were written by alsa-utils 1.2.8, and by the package speaker 0.5.5. */
  const COMPLAINTS = {
    device_busy: ['aplay: main:831: audio open error: Device or resource busy'],
    device_error: [
      'aplay: set_params:1358: Sample format non available',
      'aplay: set_params:1371: Channels count non available',
      'aplay: set_params:1446: Unable to install hw params:',
    ],
    device_missing: [
      'ALSA lib pcm.c:2666:(snd_pcm_open_noupdate) Unknown PCM nosuch',
      'aplay: main:831: audio open error: No such file or directory',
      'aplay: main:831: audio open error: No such device',
      'aplay: main:831: audio open error: Connection refused',
      "ALSA lib confmisc.c:855:(parse_card) cannot find card '0'",
      'aplay: main:831: audio open error: Host is down',
      'PulseAudio: Unable to create stream: No such entity\naplay: Unable to install hw params:',
    ],
  } as const;

  for (const [failure, complaints] of Object.entries(COMPLAINTS)) {
    for (const complaint of complaints) {
      it(`takes "${complaint}" for ${failure}`, () => {
        expect(failureOf(`noise\n${complaint}\n`, 'device_lost')).to.equal(failure);
      });
    }
  }

  it('goes by what is known otherwise where it knows no word', () => {
    expect(failureOf('', 'device_lost')).to.equal('device_lost');
    const words = 'aplay: pcm_write:2127: write error: Input/output error';
    expect(failureOf(words, 'device_lost')).to.equal('device_lost');
  });
});
