import { speakerContract } from '../../contract/speaker';
import { describeWithPulse } from './pulse';
import { pulseSpeakerWorld } from './pulse-speaker';

for (const adapter of ['aplay', 'speaker']) {
  describeWithPulse(`a device behind ${adapter}`, (pulse) => {
    speakerContract(`openSpeaker('${adapter}')`, { isRemovable: true, slackMs: 2_500 }, () =>
      pulseSpeakerWorld(pulse(), adapter),
    );
  });
}
