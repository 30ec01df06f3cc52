import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { build, FOLDER, ROOT, Running } from './programs';

/** Another project, which has ours among its packages. */
const PROJECT = path.join(FOLDER, 'another-project');

const STORY = `{
  name: 'one-question',
  story: 'A question, and a reset of the link on the way to the answer.',
  acts: [{ at: '1 s', says: 'hey-jarvis-what-time-is-it' }],
  faults: [{ at: '2 s', kind: 'reset' }],
  lasts: '30 s',
}`;

const PRINT = `.then(({ hash, passed }) => console.log(JSON.stringify({ hash, passed })))`;

async function runNode(file: string, source: string): Promise<{ hash: string; passed: boolean }> {
  writeFileSync(path.join(PROJECT, file), source);
  const { code, stderr, stdout } = await new Running(process.execPath, [file], {}, PROJECT).exited;
  expect(stderr).to.equal('');
  expect(code).to.equal(0);
  return JSON.parse(stdout) as { hash: string; passed: boolean };
}

describe('the library', function () {
  this.timeout(60_000);

  before(async () => {
    await build();
    mkdirSync(path.join(PROJECT, 'node_modules'), { recursive: true });
    symlinkSync(FOLDER, path.join(PROJECT, 'node_modules', 'tars-link'));
  });

  afterEach(() => Running.endAll());

  it('runs a scenario for who requires it and for who imports it, alike', async () => {
    const required = await runNode(
      'test.cjs',
      `const { scenario, simulate } = require('tars-link');
       simulate(scenario(${STORY}), { seed: 7 })${PRINT};`,
    );
    const imported = await runNode(
      'test.mjs',
      `import { scenario, simulate } from 'tars-link';
       simulate(scenario(${STORY}), { seed: 7 })${PRINT};`,
    );
    expect(required.passed).to.equal(true);
    expect(imported).to.deep.equal(required);
  });

  it('brings its types', async () => {
    const wrong = STORY.replaceAll('\n', ' ').replace(`kind: 'reset'`, `kind: 'rest'`);
    writeFileSync(
      path.join(PROJECT, 'test.ts'),
      `import { scenario, simulate, type RunResult } from 'tars-link';
       export const right: Promise<RunResult> = simulate(scenario(${STORY}), { seed: 7 });
       // @ts-expect-error: no such fault
       scenario(${wrong});`,
    );
    const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const types = path.join(ROOT, 'node_modules', '@types');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
    const { code, stdout } = await new Running(
      process.execPath,
      [tsc, ...options, '--typeRoots', types, '--types', 'node', 'test.ts'],
      {},
      PROJECT,
    ).exited;
    expect(stdout).to.equal('');
    expect(code).to.equal(0);
  });

  it('says what to do where the WebSocket library was loaded first', async () => {
    const { error } = (await runNode(
      'late.cjs',
      `require('${path.join(ROOT, 'node_modules', 'ws')}');
       const { simulate } = require('tars-link');
       simulate(${STORY}, { seed: 7 }).catch(({ code, message }) =>
         console.log(JSON.stringify({ error: code + ' ' + message })));`,
    )) as unknown as { error: string };
    expect(error).to.match(/^SIM_WS_LOADED_FIRST .*Import the simulator first/);
  });
});
