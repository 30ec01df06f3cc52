import { expect } from 'chai';

import { compareWithTwin, playTwin, type TwinTask } from '../../src/fuzz/twin';

/** What a twin prints when it is played here. */
async function played(task: TwinTask, life: number, seq = 0): Promise<string> {
  let output = '';
  await playTwin(task, [life], seq, (text) => (output += text));
  return output;
}

describe('a twin', () => {
  it('prints the same in two plays: hashes, a line an event, or those around one', async () => {
    for (const task of ['hashes', 'trace', 'around'] as const) {
      expect(await played(task, 42, 5)).to.equal(await played(task, 42, 5));
    }
    expect(await played('hashes', 42)).to.match(/^42( [0-9a-f]{64}){1,2}\n$/);
    expect((await played('trace', 42)).split('\n').length).to.be.greaterThan(100);
  });

  it('says who reported an event, by file and line', async () => {
    const around = await played('around', 42, 5);
    expect(around).to.match(/^> \{.*\n {4}at .*\/src\/(client|server|sim)\/[a-z-]+\.ts:\d+/m);
  });

  it('finds no difference where there is none', async () => {
    const [, ...hashes] = (await played('hashes', 42)).trim().split(' ');
    const start = (): Promise<string> => played('hashes', 42);
    expect(await compareWithTwin(new Map([[42, hashes]]), start)).to.deep.equal([]);
  });

  it('bisects to the first event that differs, and shows both sides', async () => {
    let traces = 0;
    const start = (args: readonly string[]): Promise<string> => {
      if (args[1] === 'hashes') return Promise.resolve('42 other\n');
      if (args[1] === 'around') return Promise.resolve(`event ${args[5]} ...\n`);
      traces += 1;
      return Promise.resolve(traces === 1 ? 'a\nb\nc\nd\n' : 'a\nb\nX\nY\n');
    };
    const [told = ''] = await compareWithTwin(new Map([[42, ['mine']]]), start);
    expect(told).to.contain('Life 42 is not deterministic');
    expect(told).to.contain('at event 3.\nOne:\nevent 2 ...\nOther:\nevent 2 ...');
  });

  it('says so where two more processes agree', async () => {
    const start = (args: readonly string[]): Promise<string> =>
      Promise.resolve(args[1] === 'hashes' ? '42 other\n' : 'a\nb\n');
    const [told] = await compareWithTwin(new Map([[42, ['mine']]]), start);
    expect(told).to.contain('Two more processes agree');
  });
});
