import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import type { Machine } from '../../../src/adapters/hotwords/machine';
import { HotwordBench, pretend, refusal, without } from './hotword-bench';

const KEY = 'not-a-key-of-anybody';
/** A 32-bit system, and none of the engines. */
const NOTHING = without('@picovoice', 'porcupine-v1', 'onnxruntime-node', 'openwakeword');

/** Where every `Porcupine` is one that hears nothing, and version 1 has this keyword file. */
function withVersion4(): Machine {
  const porcupine = { frameLength: 512, process: () => -1, release: () => undefined };
  function Porcupine(): object {
    return porcupine;
  }
  return pretend({ resolve: (file) => file, load: () => ({ Porcupine }) });
}

function withVersion1(init: (...given: unknown[]) => bigint = () => 10n): Machine {
  const binding = {
    init,
    process: () => -10,
    delete: () => undefined,
    frame_length: () => 512,
  };
  const machine = { resolve: (file: string) => `/packages/${file}`, load: () => binding };
  return pretend({ ...machine, platform: 'linux', arch: 'x64' });
}

describe('openHotword', () => {
  let bench: HotwordBench;
  let folder: string;

  beforeEach(() => {
    bench = new HotwordBench();
    folder = mkdtempSync(path.join(tmpdir(), 'hotword-'));
  });
  afterEach(() => {
    bench.closeAll();
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, bytes = 1_000): string => {
    const at = path.join(folder, name);
    writeFileSync(at, '');
    truncateSync(at, bytes);
    return at;
  };

  const directory = (name: string): string => {
    const at = path.join(folder, name);
    mkdirSync(at);
    return at;
  };

  describe('auto', () => {
    it('takes Porcupine 4 where there is a key', async () => {
      const device = await bench.open({ spec: 'auto', accessKey: KEY }, withVersion4());
      expect(device).to.include({ adapter: 'porcupine', keyword: 'jarvis' });
      const chosen = { type: 'device.chosen', device: 'hotword', adapter: 'porcupine' };
      expect(bench.events).to.deep.equal([{ ...chosen, why: 'first_that_works' }]);
    });

    it('takes Porcupine 1.9 without one, and says why not the other', async () => {
      const device = await bench.open({ spec: 'auto' }, withVersion1());
      expect(device).to.include({ adapter: 'porcupine-v1', keyword: 'jarvis' });
      expect(device.refusals.map(({ code }) => code)).to.deep.equal(['ERR_HOTWORD_KEY_MISSING']);
    });

    it('leaves it to the keyboard where there is nothing else, and says why', async () => {
      const device = await bench.open({ spec: 'auto', accessKey: KEY }, NOTHING);
      expect(device.adapter).to.equal('keyboard');
      expect(device.process(new Int16Array(512))).to.equal(false);
      expect(device.openDevices()).to.equal(0);
      expect(device.refusals).to.have.length(3);
      const chosen = { type: 'device.chosen', device: 'hotword', adapter: 'keyboard' };
      expect(bench.events).to.deep.equal([{ ...chosen, why: 'nothing_works' }]);
      device.reset();
      device.close();
      device.close();
    });

    it('tries only engines that take the file of a keyword', async () => {
      const modelPath = file('mine.ppn');
      const device = await bench.open({ spec: 'auto', modelPath }, withVersion1());
      expect(device).to.include({ adapter: 'porcupine-v1', keyword: 'mine' });
    });

    it('does not leave the file of a keyword to the keyboard', async () => {
      const modelPath = file('mine.onnx');
      const error = await refusal(bench.open({ spec: 'auto', modelPath }, NOTHING));
      expect(error.code).to.equal('ERR_HOTWORD_MODEL');
      expect(error.message).to.contain(modelPath).and.contain('install-openwakeword');
      expect(bench.events).to.be.empty;
    });
  });

  it('takes the keyboard where it is asked for', async () => {
    const device = await bench.open({ spec: 'keyboard' });
    expect(device).to.include({ adapter: 'keyboard', frameSamples: 512 });
    const chosen = { type: 'device.chosen', device: 'hotword', adapter: 'keyboard' };
    expect(bench.events).to.deep.equal([{ ...chosen, why: 'asked_for' }]);
  });

  it('says that an engine was asked for', async () => {
    await bench.open({ spec: 'porcupine-v1:hey-siri' }, withVersion1());
    expect(bench.events[0]).to.include({ adapter: 'porcupine-v1', why: 'asked_for' });
  });

  for (const spec of [
    '',
    'alexa',
    'porcupine-v2',
    'Auto',
    'auto:jarvis',
    'keyboard:x',
    ':x',
    'wav:x',
  ]) {
    it(`does not know ${JSON.stringify(spec)}, and names what it knows`, async () => {
      const error = await refusal(bench.open({ spec }));
      expect(error.code).to.equal('ERR_DEVICE_SPEC');
      expect(error.message).to.contain(JSON.stringify(spec)).and.contain('openwakeword[:KEYWORD]');
    });
  }

  it('wants a keyword after the colon', async () => {
    for (const spec of ['porcupine:', 'openwakeword: _-']) {
      const error = await refusal(bench.open({ spec }));
      expect(error.code).to.equal('ERR_DEVICE_SPEC');
      expect(error.message).to.contain('no keyword');
    }
  });

  it('shows no more of a long or hostile spec than a line holds', async () => {
    const { message } = await refusal(bench.open({ spec: `\u001b[2J\n${'x'.repeat(100_000)}` }));
    expect(message.length).to.be.below(300);
    expect(message).not.to.match(/[\u0000-\u001f]/);
  });

  it('gives version 1 the keyword and the sensitivity', async () => {
    let given: unknown[] = [];
    const machine = withVersion1((...all) => {
      given = all;
      return 10n;
    });
    await bench.open({ spec: 'porcupine-v1:ok_google', sensitivity: 0.25 }, machine);
    const [, count, keywords, sensitivities] = given;
    expect([count, sensitivities]).to.deep.equal([1, [0.25]]);
    expect(String(keywords)).to.match(/linux.ok google_linux\.ppn$/);
  });

  it('takes a keyword or a file, not both', async () => {
    const options = { spec: 'porcupine-v1:jarvis', modelPath: file('mine.ppn') };
    expect((await refusal(bench.open(options))).code).to.equal('ERR_DEVICE_SPEC');
  });

  for (const sensitivity of [-0.01, 1.01, Number.NaN, Infinity, '0.5x' as unknown as number]) {
    it(`refuses a sensitivity of ${sensitivity}`, async () => {
      const error = await refusal(bench.open({ spec: 'auto', sensitivity }));
      expect(error.code).to.equal('ERR_HOTWORD_SENSITIVITY');
      expect(error.message).to.contain('from 0 to 1');
    });
  }

  for (const [what, problem, model] of [
    ['that is not there', 'ENOENT', () => path.join(folder, 'none.ppn')],
    ['whose path has a zero in it', 'ERR_INVALID_ARG_VALUE', () => 'a\0b.ppn'],
    ['that is a folder', 'not a file', () => directory('mine.ppn')],
    ['of another suffix', 'wrong suffix', () => file('mine.wav')],
    ['that is empty', 'too short', () => file('mine.ppn', 0)],
    ['that is far too long', 'too long', () => file('mine.onnx', 65 * 2 ** 20)],
  ] as const) {
    it(`refuses a file of a keyword ${what}`, async () => {
      const error = await refusal(bench.open({ spec: 'auto', modelPath: model() }));
      expect(error.code).to.equal('ERR_HOTWORD_MODEL');
      expect(error.message).to.contain(problem);
    });
  }

  it('refuses a file of the other engine by name', async () => {
    const options = { spec: 'porcupine-v1', modelPath: file('mine.onnx') };
    const error = await refusal(bench.open(options));
    expect(error.code).to.equal('ERR_HOTWORD_MODEL');
    expect(error.message).to.contain('ends in .ppn');
  });
});
