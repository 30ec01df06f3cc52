/** The speakers of the real world, in real time, on a sound card that is a program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import { listSpeakers } from '../../../src/adapters/sound/speaker-devices';
import { SpeakerLibrary } from '../../../src/adapters/sound/speaker-library';
import { soundMs } from '../../../src/constants';
import {
  distinctSound,
  follow,
  speakerContract,
  until,
  withoutSilence,
} from '../../contract/speaker';
import { describeWithPulse, type Pulse } from './pulse';
import { pulseSpeakerWorld, type PulseSpeakerWorld } from './pulse-speaker';

const ADAPTERS = ['aplay', ...(SpeakerLibrary.isInstalled() ? ['speaker'] : [])];
if (!ADAPTERS.includes('speaker')) {
  it.skip('the package speaker [skipped: it is not installed]', () => undefined);
}

for (const adapter of ADAPTERS) {
  describeWithPulse(`a device behind ${adapter}`, (pulse) => {
    speakerContract(`openSpeaker('${adapter}')`, { isRemovable: true, slackMs: 2_500 }, () =>
      pulseSpeakerWorld(pulse(), adapter),
    );
    attacks(adapter, pulse);
  });
}

describeWithPulse('listSpeakers with a sound server', (pulse) => {
  it('names its sinks, by names that can be played to', async () => {
    const names = (await listSpeakers()).map(({ adapter, name }) => `${adapter}:${name}`);
    expect(names).to.include.members(['aplay:default', 'aplay:pulse:vspk', 'aplay:pulse:vmic']);
    const world = await pulseSpeakerWorld(pulse(), 'aplay:pulse:vspk');
    const { playback, log } = follow(world);
    playback.write(distinctSound(50));
    playback.end();
    await until(world, () => log.length > 0);
    expect(log).to.deep.equal(['finished']);
    expect(withoutSilence(await world.heard()).equals(distinctSound(50))).to.equal(true);
    world.speaker.close();
    await world.end();
  });
});

function attacks(adapter: string, pulse: () => Pulse): void {
  describe(`openSpeaker('${adapter}') under attack`, () => {
    let world: PulseSpeakerWorld;
    beforeEach(async () => {
      world = await pulseSpeakerWorld(pulse(), adapter);
    });
    afterEach(async () => {
      world.speaker.close();
      await until(world, () => world.holdings() === 0);
      await world.end();
    });

    it('sounds at once, without waiting for more or for the end', async () => {
      const { playback } = follow(world);
      playback.write(distinctSound(100));
      expect(withoutSilence(await world.heard()).equals(distinctSound(100))).to.equal(true);
    });

    it('plays again, after a wait, once a sound server that was killed is back', async () => {
      const lost = follow(world);
      lost.playback.write(distinctSound(3_000));
      await until(world, () => lost.playback.bufferedBytes() < 90_000);
      await world.tearOut();
      await until(world, () => lost.log.length > 0);
      expect(lost.log).to.deep.equal(['device_lost']);
      await world.pass(1_000);
      const missing = follow(world);
      missing.playback.write(distinctSound(100));
      await until(world, () => missing.log.length > 0);
      expect(missing.log).to.deep.equal(['device_missing']);
      const refused = follow(world);
      await until(world, () => refused.log.length > 0);
      expect(refused.log, 'within the wait').to.deep.equal(['device_missing']);
      await pulse().restart();
      await world.pass(2_000);
      const again = follow(world);
      again.playback.write(distinctSound(100));
      again.playback.end();
      await until(world, () => again.log.length > 0);
      expect(again.log).to.deep.equal(['finished']);
      expect(world.events.filter(({ type }) => type === 'speaker.failed')).to.have.length(2);
    });

    it('calls a device lost whose sound server hangs, and does not hang with it', async () => {
      const { playback, log } = follow(world);
      playback.write(distinctSound(60_000));
      await until(world, () => soundMs(playback.bufferedBytes()) < 59_500);
      const thaw = pulse().freeze();
      await until(world, () => log.length > 0);
      expect(log).to.deep.equal(['device_lost']);
      thaw();
    });

    it('leaks no descriptor, thread or child in 200 quick plays and stops', async () => {
      const sound = distinctSound(500);
      const cycle = async (isHeard: boolean): Promise<void> => {
        const { playback, log } = follow(world);
        playback.write(sound);
        if (isHeard) await until(world, () => playback.bufferedBytes() < sound.length);
        playback.stop();
        expect(log).to.deep.equal([]);
      };
      for (let round = 0; round < 8; round++) await cycle(true);
      await until(world, () => world.holdings() === 0);
      const before = heldByProcess();
      for (let round = 0; round < 200; round++) await cycle(round % 4 > 0);
      await until(world, () => world.holdings() === 0);
      const after = heldByProcess();
      expect(after.children, 'children').to.deep.equal(before.children);
      expect(after.descriptors - before.descriptors, 'descriptors').to.be.at.most(2);
      expect(after.threads - before.threads, 'threads').to.be.at.most(2);
    });

    it('takes 10 MB at once without blocking, and falls silent soon after a stop', async () => {
      const sound = distinctSound(327_680);
      const { playback } = follow(world);
      const writeMs = duration(() => playback.write(sound));
      playback.end();
      expect(playback.bufferedBytes()).to.equal(sound.length);
      await until(world, () => playback.bufferedBytes() < sound.length - 16_000);
      const countedBytes = sound.length - playback.bufferedBytes();
      const stopMs = duration(() => playback.stop());
      const heard = withoutSilence(await world.heard());
      expect(heard.equals(sound.subarray(0, heard.length)), 'the beginning').to.equal(true);
      // Half of what the device has ahead would be 200 ms.
      expect(soundMs(heard.length - countedBytes)).to.be.below(200);
      expect(writeMs + stopMs).to.be.below(200);
    });

    it('does not block the event loop, from opening to closing', async () => {
      const before = performance.eventLoopUtilization();
      const { playback, log } = follow(world);
      playback.write(distinctSound(700));
      playback.end();
      await until(world, () => log.length > 0);
      // Draining in this process would block it for half of the time.
      expect(performance.eventLoopUtilization(before).utilization).to.be.below(0.25);
    });

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      it(`leaves nothing that plays behind a process that is ended by ${signal}`, async () => {
        const script = path.join(__dirname, 'endless-player.ts');
        const loader = ['-r', 'ts-node/register/transpile-only'];
        const child = spawn(process.execPath, [...loader, script, adapter], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        await once(child.stdout, 'data');
        expect(await pulse().list('sink-inputs')).to.have.length(1);
        child.kill(signal);
        await once(child, 'exit');
        const deadline = performance.now() + 5_000;
        while ((await pulse().list('sink-inputs')).length > 0) {
          expect(performance.now(), 'it still plays').to.be.below(deadline);
          await sleep(20);
        }
      });
    }
  });
}

function duration(action: () => void): number {
  const startMs = performance.now();
  action();
  return performance.now() - startMs;
}

/** What the kernel says that this process holds. */
function heldByProcess() {
  const threads = readdirSync('/proc/self/task');
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').trim().split(/\s+/),
  );
  const descriptors = readdirSync('/proc/self/fd').length;
  return { children: children.toSorted(), descriptors, threads: threads.length };
}
