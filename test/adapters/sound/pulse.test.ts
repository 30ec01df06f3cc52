import { readFile } from 'node:fs/promises';

import { expect } from 'chai';

import { fixtureFile } from '../../../src/audio/fixture-file';
import { decodeWav } from '../../../src/audio/wav-file';
import { describeWithPulse } from './pulse';

describeWithPulse('Pulse, the sound card of tests', (pulse) => {
  it('passes what is said into the microphone on, sample by sample', async () => {
    const said = await decodeWav(await readFile(fixtureFile('hey-jarvis')));
    const recording = await pulse().record('mic');
    await pulse().say(fixtureFile('hey-jarvis'));
    await recording.until((pcm) => pcm.includes(said));
    await recording.stop();
  });

  it('can be killed, and comes back at the same address', async () => {
    await pulse().kill();
    expect(await pulse().list('sinks')).to.deep.equal([]);
    await pulse().restart();
    expect(await pulse().list('sinks')).to.have.length(2);
  });
});
