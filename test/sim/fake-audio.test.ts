import { expect } from 'chai';

import { loadFixtures } from '../../src/sim/fixtures';
import type { HostPorts } from '../../src/sim/host';
import { does, eventsOf, run, timesOf } from './runs';

const question = 'hey-jarvis-what-time-is-it';

/** Runs a program that has only audio devices, on a Pi at which these are done. */
async function atDevices(
  start: (ports: HostPorts) => void,
  acts: readonly {
    readonly at: `${number} s`;
    readonly says?: string;
    readonly presses?: 'button';
  }[],
): Promise<void> {
  const hosts = { pi: { program: 'peer', does: { behaviour: 'never_answers' } } } as const;
  const programs = { pi: does(start) };
  await run({ hosts, acts: [...acts] as never, lasts: '30 s' }, { programs });
}

describe('the audio of a simulated house', () => {
  it('lets the hotword be found in the samples, and in nothing else that is said', async () => {
    const sounds = await loadFixtures();
    const heard = async (says: string): Promise<number> => {
      const result = await run({ acts: [{ at: '5 s', says }], lasts: '40 s' });
      return timesOf(result, 'pi', 'hotword.detected').length;
    };
    expect(await heard('hey-jarvis')).to.equal(1);
    expect(await heard(question)).to.equal(1);
    for (const other of ['what-time-is-it', 'noise', 'silence', 'its-half-past-nine']) {
      expect(sounds.sound(other).length, other).to.be.greaterThan(0);
      expect(await heard(other), other).to.equal(0);
    }
  });

  it('finds the hotword when it has been spoken, not before', async () => {
    const result = await run({ acts: [{ at: '5 s', says: 'hey-jarvis' }], lasts: '40 s' });
    const { ms } = eventsOf(result, 'pi', 'user.spoke')[0] ?? { ms: NaN };
    expect(timesOf(result, 'pi', 'hotword.detected')[0]).to.be.within(5_000 + ms / 2, 5_200 + ms);
  });

  it('delivers to a session exactly the samples that are spoken, at their time', async () => {
    const pieces: Buffer[] = [];
    let lastAtMs = 0;
    const start = ({ audio, clock }: HostPorts): void => {
      const onAudio = (pcm: Buffer): void => {
        pieces.push(pcm);
        lastAtMs = pcm.some((byte) => byte !== 0) ? clock.now() : lastAtMs;
      };
      audio.microphone.open({ onAudio, onFailed: () => undefined }).listenFor('session');
    };
    await atDevices(start, [{ at: '5 s', says: 'what-time-is-it' }]);
    const spoken = (await loadFixtures()).sound('what-time-is-it');
    const all = Buffer.concat(pieces);
    const begins = all.indexOf(spoken.subarray(2_000, 4_000)) - 2_000;
    expect(begins / 32).to.be.within(4_900, 5_100);
    expect(all.subarray(begins, begins + spoken.length).equals(spoken)).to.equal(true);
    expect(lastAtMs).to.be.within(5_000, 5_100 + spoken.length / 32);
  });

  it('keeps exactly what is played, for as long as it sounds', async () => {
    const sound = (await loadFixtures()).sound('its-half-past-nine');
    let finishedAtMs = 0;
    const start = ({ audio, clock }: HostPorts): void => {
      const onFinished = (): void => void (finishedAtMs = clock.now());
      const playback = audio.speaker.play({ onFinished, onFailed: () => undefined });
      playback.write(sound.subarray(0, 5_000));
      playback.write(sound.subarray(5_000));
      playback.end();
    };
    const hosts = { pi: { program: 'peer', does: { behaviour: 'never_answers' } } } as const;
    const { heard } = await run({ hosts }, { programs: { pi: does(start) } });
    expect(heard.get('pi')?.equals(sound)).to.equal(true);
    expect(finishedAtMs).to.be.within(sound.length / 32, sound.length / 32 + 100);
  });

  it('with the parrot: what the Pi plays are the samples of what was asked', async () => {
    const { heard, failures } = await run({ acts: [{ at: '5 s', says: question }] });
    expect(failures).to.deep.equal([]);
    const played = heard.get('pi') ?? Buffer.alloc(0);
    const spoken = (await loadFixtures()).sound(question);
    expect(played.length).to.be.greaterThan(32_000);
    // The parrot says back what follows the hotword: a piece of the question, and silence about it.
    const loud = played.subarray(6_400, played.length - 6_400);
    expect(spoken.includes(loud)).to.equal(true);
  });

  it('tells of the button for as long as somebody listens to it', async () => {
    const presses: number[] = [];
    const start = ({ audio, clock }: HostPorts): void => {
      const leave = audio.button.onPress(() => {
        presses.push(clock.now());
        if (presses.length === 2) leave();
      });
    };
    const acts = [1, 2, 3].map((second) => ({
      at: `${second} s` as const,
      presses: 'button' as const,
    }));
    await atDevices(start, acts);
    expect(presses).to.deep.equal([1_000, 2_000]);
  });
});
