import { expect } from 'chai';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

/** An importer, and what it writes. */
type Sample = readonly [file: string, code: string];

const FORBIDDEN_ARROWS: readonly Sample[] = [
  ['src/planted.ts', "import '../src/client/connection';"],
  ['src/planted.ts', "import { Duplex } from 'node:stream';"],
  ['src/planted.ts', "import { z } from 'zod';"],
  ['src/audio/planted.ts', "import '../client/connection';"],
  ['src/audio/planted.ts', "import { readFileSync } from 'node:fs';"],
  ['src/client/planted.ts', "import '../server/parrot';"],
  ['src/client/planted.ts', "import '../sim/virtual-clock';"],
  ['src/client/planted.ts', "import '../sim';"],
  ['src/client/planted.ts', "import '../adapters/system-clock';"],
  ['src/client/planted.ts', "import '../audio/clock-speaker';"],
  ['src/client/planted.ts', "import { Duplex } from 'node:stream';"],
  ['src/client/planted.ts', "import { request } from 'node:http';"],
  ['src/client/deep/planted.ts', "import '../../server/parrot';"],
  ['src/server/planted.ts', "import '../client/connection';"],
  ['src/server/planted.ts', "import '../audio/cue-sound';"],
  ['src/server/planted.ts', "import { connect } from 'node:net';"],
  ['src/adapters/planted.ts', "import '../client/connection';"],
  ['src/toxiproxy/planted.ts', "import '../sim/virtual-clock';"],
  ['src/sim/planted.ts', "import '../adapters/system-clock';"],
  ['src/sim/planted.ts', "import '../report/list';"],
  ['src/sim/planted.ts', "import { readFileSync } from 'node:fs';"],
  ['src/sim/planted.ts', "import { createHash, randomBytes } from 'node:crypto';"],
  ['src/sim/planted.ts', "import crypto from 'node:crypto';"],
  ['src/sim/planted.ts', "import { createRequire } from 'node:module';"],
  ['src/report/planted.ts', "import { simulate } from '../sim/simulation';"],
  ['src/runner/planted.ts', "import '../client/connection';"],
  ['src/runner/planted.ts', "import '../adapters/system-clock';"],
  ['src/runner/planted.ts', "import { connect } from 'node:net';"],
  ['src/sim/planted.ts', "import '../runner/plan';"],
  ['src/report/planted.ts', "import '../runner/plan';"],
  ['src/zoo/planted.ts', "import '../sim/simulation';"],
  ['src/zoo/planted.ts', "import { live } from '../fuzz/live';"],
  ['scenarios/planted.ts', "import '../src/sim/simulation';"],
  ['scenarios/planted.ts', "import '../src/events';"],
];

/** Other ways to write an import. */
const HIDDEN_ARROWS: readonly Sample[] = [
  ['src/client/planted.ts', "export * from '../server/parrot';"],
  ['src/client/planted.ts', "export { Parrot } from '../server/parrot';"],
  ['src/client/planted.ts', "export type P = import('../server/parrot').Parrot;"],
  ['src/client/planted.ts', "import timers = require('node:timers');\nexport { timers };"],
  ['src/client/planted.ts', "export const timers = import('node:timers');"],
  ['src/client/planted.ts', 'export const timers = import(`timers/promises`);'],
  ['src/client/planted.ts', "export const timers = import('node:' + 'timers');"],
  ['src/client/planted.ts', "export const clock = import('node:perf_hooks');"],
  ['src/adapters/planted.ts', "export const client = require('../client/connection');"],
  ['src/server/planted.ts', "import { setTimeout } from 'timers';\nsetTimeout(() => {}, 1);"],
  ['src/server/planted.ts', "import { exit } from 'process';\nexit();"],
];

const ALLOWED_ARROWS: readonly Sample[] = [
  ['src/planted.ts', "import type { Duplex } from 'node:stream';\nexport type A = Duplex;"],
  ['src/planted.ts', "import { soundMs } from './constants';\nsoundMs(1);"],
  ['src/audio/planted.ts', "import { Reader } from 'wav';\nnew Reader();"],
  ['src/client/planted.ts', "import { cueSound } from '../audio/cue-sound';\ncueSound('offline');"],
  ['src/client/planted.ts', "import { WebSocket } from 'ws';\nnew WebSocket('ws://host');"],
  ['src/client/planted.ts', "import { type Duplex } from 'node:stream';\nexport type A = Duplex;"],
  ['src/server/planted.ts', "import { createServer } from 'node:http';\ncreateServer();"],
  ['src/adapters/planted.ts', "import { connect } from 'node:net';\nconnect(1);"],
  ['src/adapters/planted.ts', "export const speaker = import('speaker');"],
  ['src/sim/planted.ts', "import { createHash } from 'node:crypto';\ncreateHash('sha256');"],
  ['src/sim/planted.ts', "import '../client/connection';\nimport '../audio/room';"],
  ['src/sim/trap.ts', "import crypto from 'node:crypto';\ncrypto.randomBytes(1);"],
  ['src/report/planted.ts', "import type { Run } from '../sim/simulation';\nexport type A = Run;"],
  ['src/runner/planted.ts', "import { Piscina } from 'piscina';\nnew Piscina();"],
  ['src/runner/planted.ts', "import '../sim/simulation';\nimport '../report/list';"],
  ['src/bin/planted.ts', "import '../runner/campaign';"],
  ['src/bin/planted.ts', "import '../adapters/system-clock';\nexport const load = import(file);"],
  ['src/zoo/planted.ts', "import type { Report } from '../fuzz/report';\nexport type A = Report;"],
  ['src/zoo/planted.ts', "import { cpSync } from 'node:fs';\ncpSync('a', 'b');"],
  ['scenarios/planted.ts', "import { scenario } from '../src/sim/scenario';\nscenario();"],
];

const AMBIENT_EFFECTS: readonly string[] = [
  'Date.now();',
  'new Date();',
  'performance.now();',
  'setTimeout(() => {}, 1);',
  'clearTimeout(undefined);',
  'setInterval(() => {}, 1);',
  'clearInterval(undefined);',
  'setImmediate(() => {});',
  'clearImmediate(undefined);',
  'queueMicrotask(() => {});',
  'new MessageChannel();',
  'Math.random();',
  "Math['random']();",
  'export const { random } = Math;',
  'AbortSignal.timeout(1);',
  'crypto.randomUUID();',
  "fetch('http://host');",
  "new WebSocket('ws://host');",
  "console.log('hello');",
  'process.exit();',
  'globalThis.setTimeout(() => {}, 1);',
  'global.setTimeout(() => {}, 1);',
  "export const fs = require('node:fs');",
  "export const fs = module.require('node:fs');",
  "eval('1');",
  "new Function('return 1')();",
];

const PURE_FILES: readonly string[] = [
  'src/planted.ts',
  'src/audio/planted.ts',
  'src/client/planted.ts',
  'src/server/deep/planted.ts',
  'src/toxiproxy/planted.ts',
  'src/sim/planted.ts',
  'src/report/planted.ts',
  'scenarios/planted.ts',
];

describe('the linter', () => {
  let eslint: ESLint;

  /** Planted files are on no disk, so that rules which need their types cannot run. */
  before(async function () {
    this.timeout(20_000); // loads the compiler
    eslint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked] });
    await rulesBrokenBy(['src/planted.ts', '']);
  });

  async function rulesBrokenBy([filePath, code]: Sample): Promise<string[]> {
    const [result] = await eslint.lintText(code, { filePath });
    return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
  }

  for (const sample of [...FORBIDDEN_ARROWS, ...HIDDEN_ARROWS]) {
    it(`reports in ${sample[0]}: ${sample[1].split('\n')[0]}`, async () => {
      expect(await rulesBrokenBy(sample)).to.include('link/arrows');
    });
  }

  for (const sample of ALLOWED_ARROWS) {
    it(`passes in ${sample[0]}: ${sample[1].split('\n')[0]}`, async () => {
      expect(await rulesBrokenBy(sample)).to.deep.equal([]);
    });
  }

  for (const code of AMBIENT_EFFECTS) {
    it(`reports in each file that has ports: ${code}`, async () => {
      for (const file of PURE_FILES) {
        const broken = await rulesBrokenBy([file, code]);
        expect(broken.join(), file).to.match(/no-restricted|no-eval|no-new-func/);
      }
    });

    it(`passes where ambient effects belong: ${code}`, async () => {
      for (const file of ['src/adapters/planted.ts', 'src/bin/planted.ts', 'src/sim/trap.ts']) {
        const broken = await rulesBrokenBy([file, code]);
        expect(broken.join(), file).not.to.match(/no-restricted|no-eval|no-new-func/);
      }
    });
  }

  it('names the port to use instead', async () => {
    const [result] = await eslint.lintText('Date.now();', { filePath: 'src/client/planted.ts' });
    expect(result?.messages[0]?.message).to.include('Clock port');
  });

  it('reports a function of more than 70 lines, but not a suite of tests', async () => {
    const code = `export function long() {\n${'  long();\n'.repeat(70)}}\n`;
    expect(await rulesBrokenBy(['src/planted.ts', code])).to.include('max-lines-per-function');
    expect(await rulesBrokenBy(['test/planted.test.ts', code])).to.deep.equal([]);
  });

  it('reports a file of more than 400 lines', async () => {
    const code = 'export {};\n'.repeat(401);
    expect(await rulesBrokenBy(['src/planted.ts', code])).to.include('max-lines');
  });

  it('reports a line of more than 100 characters, but not for an address', async () => {
    const filler = 'a'.repeat(100);
    expect(await rulesBrokenBy(['src/planted.ts', `// ${filler}`])).to.include('max-len');
    expect(await rulesBrokenBy(['src/planted.ts', `// https://host/${filler}`])).to.be.empty;
  });

  it('checks promises, switches and type imports in every file of the repository', async () => {
    const config = await new ESLint().calculateConfigForFile('src/client/planted.ts');
    const severityOf = (rule: string) => config.rules[`@typescript-eslint/${rule}`]?.[0];
    expect(severityOf('no-floating-promises')).to.equal(2);
    expect(severityOf('no-misused-promises')).to.equal(2);
    expect(severityOf('switch-exhaustiveness-check')).to.equal(2);
    expect(severityOf('consistent-type-imports')).to.equal(2);
    expect(severityOf('no-explicit-any')).to.equal(2);
  });
});
