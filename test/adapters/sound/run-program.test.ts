import { expect } from 'chai';

import { isOnPath, runProgram } from '../../../src/adapters/sound/run-program';

/** More than any of these programs needs. */
const limitMs = 20_000;

describe('runProgram', () => {
  it('resolves with what was said, and whether all was well', async () => {
    const script = 'echo out; echo err >&2; exit $0';
    expect(await runProgram('sh', ['-c', script, '0'], { limitMs })).to.deep.equal({
      isOk: true,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await runProgram('sh', ['-c', script, '3'], { limitMs })).to.include({ isOk: false });
  });

  it('finds nothing well of what is not there, or cannot be started', async () => {
    for (const file of ['/nonexistent', '/etc/passwd', 'a\0b', '']) {
      expect(await runProgram(file, [], { limitMs }), file).to.include({ isOk: false });
    }
  });

  it('ends what takes too long, says too much, is called off, or waits for input', async () => {
    expect(await runProgram('sleep', ['60'], { limitMs: 50 })).to.include({ isOk: false });
    expect(await runProgram('yes', [], { limitMs })).to.include({ isOk: false });
    expect(await runProgram('cat', [], { limitMs })).to.include({ isOk: true });
    const calledOff = new AbortController();
    const running = runProgram('sleep', ['60'], { limitMs, signal: calledOff.signal });
    calledOff.abort();
    expect(await running).to.include({ isOk: false });
    const { signal } = calledOff;
    expect(await runProgram('sleep', ['60'], { limitMs, signal })).to.include({ isOk: false });
  });
});

describe('isOnPath', () => {
  it('finds programs that are there', () => {
    expect(isOnPath('sh')).to.equal(true);
    expect(isOnPath('no-such-program')).to.equal(false);
  });
});
