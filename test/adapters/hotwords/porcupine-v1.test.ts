import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { THIS_MACHINE } from '../../../src/adapters/hotwords/machine';
import { porcupineV1Build } from '../../../src/adapters/hotwords/porcupine-v1';
import { fixtureSamples, hotwordContract, join, listen, room } from '../../contract/hotword';
import {
  areHere,
  heyJarvisByFlite,
  HotwordBench,
  pretend,
  refusal,
  without,
} from './hotword-bench';

const IS_HERE = areHere('porcupine-v1/package.json') && process.arch === 'x64';
const cpuInfo = (part: string) => (): string =>
  `processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: ${part}\nCPU revision\t: 3\n`;

describe('porcupine-v1', () => {
  it('takes the build of the processor, and that of a Pi 4 for a Pi 5', () => {
    const folderOf = (part: string): string =>
      porcupineV1Build(pretend({ platform: 'linux', arch: 'arm', cpuInfo: cpuInfo(part) })).folder;
    expect(folderOf('0xc07')).to.equal('raspberry-pi/cortex-a7');
    expect(folderOf('0xd03')).to.equal('raspberry-pi/cortex-a53');
    expect(folderOf('0xd08')).to.equal('raspberry-pi/cortex-a72');
    expect(folderOf('0xD0B')).to.equal('raspberry-pi/cortex-a72');
  });

  for (const [name, machine] of Object.entries({
    'a 64-bit Pi': pretend({ platform: 'linux', arch: 'arm64', cpuInfo: cpuInfo('0xd08') }),
    'a Pi Zero': pretend({ platform: 'linux', arch: 'arm', cpuInfo: cpuInfo('0xb76') }),
    'an ARM that does not say which': pretend({
      platform: 'linux',
      arch: 'arm',
      cpuInfo: () => '',
    }),
    Windows: pretend({ platform: 'win32', arch: 'x64' }),
  })) {
    it(`has no build for ${name}, and says what has`, () => {
      expect(() => porcupineV1Build(machine))
        .to.throw('openwakeword or keyboard')
        .with.property('code', 'ERR_HOTWORD_UNSUPPORTED');
    });
  }

  it('says how to install it', async () => {
    const machine = { ...without('porcupine-v1'), platform: 'linux', arch: 'x64' };
    const error = await refusal(new HotwordBench().open({ spec: 'porcupine-v1' }, machine));
    expect(error.code).to.equal('ERR_DEVICE_NOT_INSTALLED');
    expect(error.message).to.contain('npm install porcupine-v1@');
  });

  if (!IS_HERE) {
    it('listens for real (skipped: porcupine-v1 is not installed, or not for this processor)');
    return;
  }

  describe('for real', () => {
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

    const file = (name: string, bytes: Buffer): string => {
      const at = path.join(folder, name);
      writeFileSync(at, bytes);
      return at;
    };

    const builtIn = (keyword: string, platform: string): Buffer =>
      readFileSync(
        path.join(
          path.dirname(THIS_MACHINE.resolve('porcupine-v1/package.json')),
          'resources/keyword_files',
          platform,
          `${keyword}_${platform}.ppn`,
        ),
      );

    const foundBy = async (spec: string, modelPath?: string): Promise<number[]> => {
      const detector = await bench.open({
        spec,
        ...(modelPath === undefined ? {} : { modelPath }),
      });
      const sound = join(room(500), await heyJarvisByFlite(), room(1_000));
      return listen({ detector, pass: (ms) => bench.clock.pass(ms) }, sound);
    };

    it('listens for another keyword of its own, and then not for "jarvis"', async () => {
      expect(await foundBy('porcupine-v1:OK_Google')).to.be.empty;
      expect(await foundBy('porcupine-v1')).to.have.length(1);
    });

    it('names the keywords that it knows', async () => {
      const error = await refusal(bench.open({ spec: 'porcupine-v1:hal' }));
      expect(error.code).to.equal('ERR_HOTWORD_KEYWORD');
      expect(error.message).to.contain('"hal"').and.contain('grasshopper');
    });

    it('listens for the keyword of a file', async () => {
      const jarvis = file('my own.ppn', builtIn('jarvis', 'linux'));
      expect(await foundBy('porcupine-v1', jarvis)).to.have.length(1);
    });

    for (const [what, bytes] of Object.entries({
      'for another platform': () => builtIn('jarvis', 'raspberry-pi'),
      'of zeros': () => Buffer.alloc(3_568),
      'that is cut off': () => builtIn('jarvis', 'linux').subarray(0, 1_000),
      'with a byte turned': () => {
        const turned = builtIn('jarvis', 'linux');
        turned[1_500] = ~(turned[1_500] as number) & 0xff;
        return turned;
      },
    })) {
      it(`refuses a file ${what}`, async () => {
        const modelPath = file('bad.ppn', bytes());
        const error = await refusal(bench.open({ spec: 'porcupine-v1', modelPath }));
        expect(error.code).to.equal('ERR_HOTWORD_MODEL');
        expect(error.message).to.contain(modelPath).and.contain('version 1.9');
      });
    }

    // These would end the program: the library divides by zero, or aborts.
    for (const bytes of [0, 1, 3]) {
      it(`refuses a file of ${bytes} bytes before the library sees it`, async () => {
        const modelPath = file('short.ppn', Buffer.alloc(bytes, 1));
        const error = await refusal(bench.open({ spec: 'porcupine-v1', modelPath }));
        expect(error.code).to.equal('ERR_HOTWORD_MODEL');
        expect(error.message).to.contain('too short');
      });
    }

    it('takes no frame of another length', async () => {
      const detector = await bench.open({ spec: 'porcupine-v1' });
      for (const samples of [0, 511, 513, 1_280]) {
        expect(() => detector.process(new Int16Array(samples))).to.throw(`${samples} samples`);
      }
    });

    it('hears none in the fixtures, whose voice it does not know', async () => {
      // If this fails, it has learned: say so in docs/hotwords.md, and use the fixture above.
      const detector = await bench.open({ spec: 'porcupine-v1' });
      const sound = join(room(500), await fixtureSamples('hey-jarvis'), room(1_000));
      expect(await listen({ detector, pass: (ms) => bench.clock.pass(ms) }, sound)).to.be.empty;
    });
  });

  hotwordContract('porcupine-v1', {
    open: async () => {
      const bench = new HotwordBench();
      const detector = await bench.open({ spec: 'porcupine-v1' });
      return { detector, pass: (ms) => bench.clock.pass(ms) };
    },
    hotword: heyJarvisByFlite,
    foundMs: [100, 350],
  });
});
