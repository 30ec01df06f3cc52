import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { expect } from 'chai';

import { killChild } from '../../src/adapters/kill-child';

describe('killChild', () => {
  it('ends a child that runs', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
    killChild(child, 'SIGKILL');
    expect(await once(child, 'exit')).to.deep.equal([null, 'SIGKILL']);
  });

  it('sends nothing to one that was never started, of which no number is known', async () => {
    const child = spawn('/nonexistent');
    const sent: unknown[] = [];
    child.kill = (signal) => sent.push(signal) > 0;
    killChild(child, 'SIGTERM');
    killChild(undefined, 'SIGTERM');
    await once(child as ChildProcess, 'error');
    expect(sent).to.deep.equal([]);
  });
});
