import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import { DeviceMicrophone } from '../../../src/adapters/sound/device-microphone';
import { checkClientSettings } from '../../../src/client/client-settings';
import { Ear } from '../../../src/client/ear';
import { soundMs } from '../../../src/constants';
import { isSilence, Listener, microphoneContract, until, words } from '../../contract/microphone';
import { TestHotword } from '../../client/devices';
import { describeWithPulse } from './pulse';
import { childrenOf, describeEachRecorder, PulseWorld, stall } from './pulse-microphone';

/** What is said where it has to fit into a stall: 2.3 s. */
const SENTENCE = 'its-half-past-nine';
const STALL_MS = 3_000;
/** By then it is known how late sound comes, on a busy machine. */
const SETTLED_MS = 4_000;

describeWithPulse('microphones on PulseAudio', (pulse) => {
  describeEachRecorder((recorder) => {
    const { adapter } = recorder;
    let world: PulseWorld;
    let others: number[];
    beforeEach(() => {
      world = new PulseWorld(pulse(), recorder);
      others = childrenOf(process.pid);
    });
    afterEach(() => world.end());

    const hearing = async (microphone = world.microphone): Promise<Listener> => {
      const listener = new Listener(microphone).listenFor('session');
      await until(world, () => listener.heard().length > 0);
      return listener;
    };
    /** The processes of this test, the sound server not among them. */
    const children = (): number[] => childrenOf(process.pid).filter((pid) => !others.includes(pid));
    const hears = async (listener: Listener): Promise<void> => {
      const said = await words(SENTENCE);
      await until(world, () => listener.heard().includes(said));
    };

    microphoneContract(`DeviceMicrophone with ${adapter}`, () =>
      Promise.resolve(new PulseWorld(pulse(), recorder)),
    );

    it(`${adapter} delivers after a stall what was said in it, while the ear is open`, async () => {
      const listener = await hearing();
      const saying = world.say(SENTENCE);
      await world.pass(200);
      stall(STALL_MS);
      await saying;
      await hears(listener);
      expect(world.events).to.deep.equal([]);
    });

    for (const openMs of [0, SETTLED_MS]) {
      const when = openMs === 0 ? 'at once' : 'after a while';
      it(`${adapter} never delivers what was said in a stall, ear closed, ${when}`, async () => {
        const listener = await hearing();
        await world.pass(openMs);
        listener.listenFor('nothing');
        const { length } = listener.heard();
        const saying = world.say(SENTENCE);
        await until(world, () => children().length > 1);
        await world.pass(100);
        stall(STALL_MS);
        listener.listenFor('session');
        stall(500);
        await saying;
        await until(world, () => listener.heard().length > length);
        await world.pass(500);
        expect(isSilence(listener.heard().subarray(length))).to.equal(true);
      });
    }

    it(`${adapter} tells once that the sound server died, and hears it again`, async () => {
      const heard: Buffer[] = [];
      const ear = new Ear({
        ...world.ports,
        settings: checkClientSettings({ serverUrl: 'ws://hub', microphoneRetryMs: 200 }),
        microphone: world.microphone,
        hotword: new TestHotword(),
        onHotword: () => undefined,
        onAudio: (pcm) => heard.push(Buffer.from(pcm)),
        onFailed: () => undefined,
      });
      ear.listenFor('session');
      ear.open();
      await until(world, () => heard.length > 0);
      await pulse().kill();
      const failures = () => world.events.filter(({ type }) => type === 'microphone.failed');
      await until(world, () => failures().length >= 2);
      expect(failures()[0]).to.deep.equal({ type: 'microphone.failed', failure: 'device_lost' });
      expect(failures()[1]).to.deep.equal({ type: 'microphone.failed', failure: 'device_missing' });
      await pulse().restart();
      heard.length = 0;
      await until(world, () => heard.length > 0);
      await world.say(SENTENCE);
      const said = await words(SENTENCE);
      await until(world, () => Buffer.concat(heard).includes(said));
      ear.close();
    });

    it(`${adapter} loses a device that is unplugged, and finds it again`, async () => {
      const { named } = recorder;
      const microphone = new DeviceMicrophone({ ...world.ports, program: named() });
      const listener = await hearing(microphone);
      try {
        // All of them: PulseAudio would have it record from another.
        for (const module of ['remap-source', 'null-sink']) {
          spawnSync('pactl', ['unload-module', `module-${module}`]);
        }
        await until(world, () => listener.failures.length > 0);
        expect(listener.failures).to.deep.equal(['device_lost']);
        const gone = new Listener(microphone);
        await until(world, () => gone.failures.length > 0);
        // What ALSA says of it depends on where it finds it out.
        expect(gone.failures[0]).to.be.oneOf(['device_missing', 'device_error']);
      } finally {
        await pulse().restart();
      }
      (await hearing(microphone)).stream.close();
      await until(world, () => microphone.openDevices() === 0);
    });

    it(`${adapter} survives a crash of what records`, async () => {
      const listener = await hearing();
      for (const pid of children()) process.kill(pid, 'SIGSEGV');
      await until(world, () => listener.failures.length > 0);
      expect(listener.failures).to.deep.equal(['device_error']);
      await hearing();
    });

    it(`${adapter} takes a recorder that hangs for lost`, async () => {
      const listener = await hearing();
      for (const pid of children()) process.kill(pid, 'SIGSTOP');
      await until(world, () => listener.failures.length > 0);
      expect(listener.failures).to.deep.equal(['device_lost']);
      await until(world, () => world.holdings() === 0);
    });

    it(`${adapter} can be opened and closed a hundred times in a row`, async () => {
      for (let times = 0; times < 100; times++) {
        const listener = new Listener(world.microphone).listenFor('session');
        if (times % 10 === 9) await world.pass(times / 2);
        listener.stream.close();
        expect(listener.failures).to.deep.equal([]);
      }
      await until(world, () => world.holdings() === 0);
      expect(children()).to.deep.equal([]);
      const listener = await hearing();
      await world.say(SENTENCE);
      await hears(listener);
    });

    it(`${adapter} can be closed at any moment of its opening`, async () => {
      for (let ms = 0; ms <= 300; ms += 15) {
        const listener = new Listener(world.microphone).listenFor('session');
        await world.pass(ms);
        listener.stream.close();
        const { length } = listener.heard();
        await until(world, () => world.holdings() === 0);
        expect(listener.failures).to.deep.equal([]);
        expect(listener.heard()).to.have.length(length);
      }
      expect(children()).to.deep.equal([]);
    });

    it(`${adapter} leaves the event loop to others`, async () => {
      await hearing();
      let turns = 0;
      const timer = setInterval(() => (turns += 1), 5);
      await world.pass(2_000);
      clearInterval(timer);
      // 400 where nothing else runs; a read that blocks leaves fewer than one in six.
      expect(turns).to.be.greaterThan(200);
    });

    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      it(`${adapter} does not outlive us when we end by ${signal}`, async () => {
        const program = require.resolve('./record-for-ever');
        const args = ['-r', 'ts-node/register/transpile-only', program, adapter];
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        await once(child.stdout, 'data');
        const recorders = childrenOf(child.pid ?? 0);
        expect(recorders).to.have.length(1);
        child.kill(signal);
        await once(child, 'exit');
        await until(world, () => !recorders.some((pid) => existsSync(`/proc/${pid}`)));
      });
    }

    it(`${adapter} keeps to itself what ALSA says of a device that is missing`, async () => {
      const program = require.resolve('./record-for-ever');
      const args = ['-r', 'ts-node/register/transpile-only', program, adapter];
      const env = { ...process.env, PULSE_SERVER: 'unix:/nowhere' };
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const said = await Promise.all([text(child.stdout), text(child.stderr)]);
      expect(said).to.deep.equal(['device_missing\n', '']);
    });

    it(`${adapter} records as fast as time passes`, async () => {
      const listener = await hearing();
      const before = listener.heard().length;
      const startMs = performance.now();
      await sleep(3_000);
      const heardMs = soundMs(listener.heard().length - before);
      expect(heardMs / (performance.now() - startMs)).to.be.closeTo(1, 0.2);
    });
  });
});
