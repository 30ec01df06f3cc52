import { inspect } from 'node:util';
import { writeFileSync, mkdtempSync, rmSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { THIS_MACHINE, type Machine } from '../../../src/adapters/hotwords/machine';
import { areHere, HotwordBench, pretend, refusal, without } from './hotword-bench';

const PACKAGE = '@picovoice/porcupine-node';
const IS_HERE = areHere(PACKAGE);
/** As long as real ones, and nobody's. */
const KEY = 'Zm9vYmFyLXRoaXMtaXMtbm90LWEta2V5LWJ1dC1sb29rcy1saWtlLW9uZQ==';
const KEYS = [KEY, 'fake-key', `${KEY}${KEY}`, 'ключ-доступа-к-чему-то', 'AccessKey-not supported'];

/** Every text that somebody could come by who has the error: the key is in none of them. */
function expectDiscreet(error: unknown, key: string): void {
  const texts = [inspect(error, { depth: Infinity, showHidden: true }), String(error)];
  for (let each = error; each instanceof Error; each = each.cause) {
    texts.push(
      each.message,
      each.stack ?? '',
      JSON.stringify(each, Object.getOwnPropertyNames(each)),
    );
  }
  for (let length = 6; length <= key.length; length += 1) {
    for (const text of texts) expect(text).not.to.contain(key.slice(0, length));
  }
}

/** The package, with a `Porcupine` that is ours. */
function withPorcupine(Porcupine: unknown): Machine {
  return pretend({ resolve: (file) => file, load: () => ({ Porcupine }) });
}

describe('porcupine', () => {
  let bench: HotwordBench;

  beforeEach(() => {
    bench = new HotwordBench();
  });
  afterEach(() => bench.closeAll());

  it('needs a key, and says where from', async () => {
    for (const accessKey of [undefined, '', ' \n']) {
      const options = { spec: 'porcupine', ...(accessKey === undefined ? {} : { accessKey }) };
      const { code, message } = await refusal(bench.open(options));
      expect(code).to.equal('ERR_HOTWORD_KEY_MISSING');
      expect(message).to.contain('--access-key-file').and.contain('PICOVOICE_ACCESS_KEY');
    }
  });

  it('says how to install it', async () => {
    const opening = bench.open({ spec: 'porcupine', accessKey: KEY }, without(PACKAGE));
    const { code, message } = await refusal(opening);
    expect(code).to.equal('ERR_DEVICE_NOT_INSTALLED');
    expect(message).to.contain('npm install @picovoice/porcupine-node@4');
  });

  it('gives the library the key without white space, the keyword and the sensitivity', async () => {
    const given: unknown[] = [];
    const machine = withPorcupine(function Porcupine(...options: unknown[]) {
      given.push(...options);
      return { frameLength: 512, process: () => -1, release: () => undefined };
    });
    const options = { spec: 'porcupine:hey_siri', accessKey: `${KEY}\n`, sensitivity: 0.75 };
    const device = await bench.open(options, machine);
    expect(given.slice(0, 3)).to.deep.equal([KEY, ['hey siri'], [0.75]]);
    expect(device).to.include({ adapter: 'porcupine', keyword: 'hey siri', frameSamples: 512 });
  });

  it('keeps the key where nobody comes by it', async () => {
    const idle = { frameLength: 512, process: () => -1, release: () => undefined };
    const machine = withPorcupine(function Porcupine() {
      return idle;
    });
    const device = await bench.open({ spec: 'porcupine', accessKey: KEY }, machine);
    const text = inspect(device, { depth: Infinity, showHidden: true });
    expect(text).not.to.contain(KEY.slice(0, 6));
  });

  it('finds a hotword once, and again after the cool-down', async () => {
    let index = -1;
    const machine = withPorcupine(function Porcupine() {
      return { frameLength: 512, process: () => index, release: () => undefined };
    });
    const device = await bench.open({ spec: 'porcupine', accessKey: KEY }, machine);
    const frame = new Int16Array(512);
    expect(device.process(frame)).to.equal(false);
    index = 0;
    expect([1, 2, 3].map(() => device.process(frame))).to.deep.equal([true, false, false]);
    await bench.clock.pass(1_499);
    expect(device.process(frame)).to.equal(false);
    await bench.clock.pass(1);
    expect(device.process(frame)).to.equal(true);
  });

  it('is released once, however often it is closed', async () => {
    let releases = 0;
    const machine = withPorcupine(function Porcupine() {
      return { frameLength: 512, process: () => 0, release: () => (releases += 1) };
    });
    const device = await bench.open({ spec: 'porcupine', accessKey: KEY }, machine);
    device.close();
    device.close();
    expect(releases).to.equal(1);
    expect(device.openDevices()).to.equal(0);
    expect(device.process(new Int16Array(512))).to.equal(false);
  });

  if (!IS_HERE) {
    it('refuses keys for real (skipped: @picovoice/porcupine-node is not installed)');
    return;
  }

  interface ErrorClass {
    new (message: string, stack: readonly string[]): Error;
  }
  const { PorcupineErrors } = THIS_MACHINE.load(PACKAGE) as {
    PorcupineErrors: Readonly<Record<string, ErrorClass>>;
  };

  for (const [name, code, what] of [
    ['PorcupineActivationError', 'ERR_HOTWORD_KEY_ACTIVATION', 'network'],
    ['PorcupineActivationLimitReachedError', 'ERR_HOTWORD_KEY_LIMIT', 'as many devices'],
    ['PorcupineActivationThrottledError', 'ERR_HOTWORD_KEY_THROTTLED', 'Wait'],
    ['PorcupineActivationRefusedError', 'ERR_HOTWORD_KEY_REFUSED', 'expired'],
    ['PorcupineIOError', 'ERR_HOTWORD_MODEL', 'Install the package again'],
    ['PorcupineOutOfMemoryError', 'ERR_HOTWORD_ENGINE', 'memory'],
    ['PorcupineRuntimeError', 'ERR_HOTWORD_ENGINE', 'PorcupineRuntimeError'],
    ['PorcupineInvalidStateError', 'ERR_HOTWORD_ENGINE', 'PorcupineInvalidStateError'],
    ['PorcupineStopIterationError', 'ERR_HOTWORD_ENGINE', 'PorcupineStopIterationError'],
    ['PorcupineKeyError', 'ERR_HOTWORD_ENGINE', 'PorcupineKeyError'],
    ['PorcupineError', 'ERR_HOTWORD_ENGINE', 'PorcupineError'],
  ] as const) {
    it(`makes ${code} of a ${name}, and keeps the key to itself`, async () => {
      const Raised = PorcupineErrors[name] as ErrorClass;
      const machine = withPorcupine(function Porcupine(key: string) {
        throw new Raised(`Failed with ${key}`, [`of \`${key}\``]);
      });
      const error = await refusal(bench.open({ spec: 'porcupine', accessKey: KEY }, machine));
      expect(error.code).to.equal(code);
      expect(error.message).to.contain(what);
      expectDiscreet(error, KEY);
    });
  }

  it('lists every error of the library above', () => {
    const known = Object.values(PorcupineErrors).filter((each) => each.prototype instanceof Error);
    expect(known).to.have.length(12); // PorcupineInvalidArgumentError comes for real, below.
  });

  it('makes an event of an error in the middle, says no text, and opens it again', async () => {
    const Raised = PorcupineErrors['PorcupineRuntimeError'] as ErrorClass;
    let opened = 0;
    const machine = withPorcupine(function Porcupine(key: string) {
      opened += 1;
      const process = (): never => {
        throw new Raised(`Failed with ${key}`, []);
      };
      return { frameLength: 512, process, release: () => undefined };
    });
    const device = await bench.open({ spec: 'porcupine', accessKey: KEY }, machine);
    expect(device.process(new Int16Array(512))).to.equal(false);
    expect(bench.events.at(-1)).to.deep.equal({ type: 'hotword.failed', failure: 'device_error' });
    await bench.clock.pass(1_000);
    expect(opened).to.equal(2);
    expect(JSON.stringify(bench.events)).not.to.contain(KEY.slice(0, 6));
  });

  it('has no build for a processor that the library does not know', async () => {
    const machine = withPorcupine(function Porcupine() {
      throw new (PorcupineErrors['PorcupineRuntimeError'] as ErrorClass)(
        "Unsupported CPU: '0xb76'",
        [],
      );
    });
    const error = await refusal(bench.open({ spec: 'porcupine', accessKey: KEY }, machine));
    expect(error.code).to.equal('ERR_HOTWORD_UNSUPPORTED');
  });

  it('has no build for a system of which the library throws a bare string', async () => {
    const machine = withPorcupine(function Porcupine() {
      throw `System aix/ppc64 is not supported by this library.`;
    });
    const error = await refusal(bench.open({ spec: 'porcupine', accessKey: KEY }, machine));
    expect(error.code).to.equal('ERR_HOTWORD_UNSUPPORTED');
  });

  if (process.arch !== 'x64') {
    it('refuses keys for real (skipped: this processor is not x64)');
    return;
  }

  for (const key of KEYS) {
    it(`refuses a key of ${key.length} characters for real, and keeps it to itself`, async () => {
      const error = await refusal(bench.open({ spec: 'porcupine', accessKey: key }));
      expect(error.code).to.equal('ERR_HOTWORD_KEY_INVALID');
      expect(error.message).to.contain('--hotword porcupine-v1');
      expectDiscreet(error, key);
    });
  }

  it('refuses the file of a keyword of another version for real', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'hotword-'));
    try {
      const modelPath = path.join(folder, 'AccessKey.ppn');
      const version1 = 'porcupine-v1/resources/keyword_files/linux/jarvis_linux.ppn';
      writeFileSync(modelPath, readFileSync(THIS_MACHINE.resolve(version1)));
      const error = await refusal(bench.open({ spec: 'porcupine', modelPath, accessKey: KEY }));
      expect(error.code).to.equal('ERR_HOTWORD_MODEL');
      expect(error.message).to.contain(modelPath).and.contain('version 4');
      expectDiscreet(error, KEY);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
