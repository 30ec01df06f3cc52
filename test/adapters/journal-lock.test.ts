import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';

import { expect } from 'chai';

import { JournalBench } from './journal-bench';

describe('the journal of two programs', () => {
  let bench: JournalBench;

  beforeEach(() => (bench = new JournalBench()));
  afterEach(() => bench.remove());

  it('is not written by both: the second waits for the end of the first', async function () {
    if (process.platform !== 'linux') this.skip(); // elsewhere nobody knows when a process began
    const ALIVE = process.ppid;
    writeFileSync(`${bench.path}.lock`, `${ALIVE} ${birthOf(ALIVE)}`);
    const journal = bench.open();
    await bench.passUntil(() => bench.told.length > 0);
    expect(bench.told[0]).to.include(`process ${ALIVE} writes it`);
    expect(existsSync(bench.path)).to.equal(false);
    truncateSync(`${bench.path}.lock`);
    await bench.passUntil(() => bench.told.length > 1);
    await journal.close();
    expect(bench.types()).to.deep.equal(['host.started']);
  });

  for (const [what, holder] of [
    ['a dead process', '4194304 1'],
    ['a process that had the number before', `${process.ppid} 0`],
    ['nobody', ''],
    ['everybody', '-1 0'],
  ] as const) {
    it(`may be one, where the file says that ${what} writes it`, async () => {
      writeFileSync(`${bench.path}.lock`, holder);
      await bench.live();
      expect([bench.told, bench.types()]).to.deep.equal([[], ['host.started']]);
    });
  }
});

function birthOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19] as string;
}
