import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import {
  RecorderProcess,
  type RecorderEnd,
  type RecorderProgram,
} from '../../../src/adapters/sound/recorder-process';
import type { DeviceFailure } from '../../../src/ports';
import { VirtualClock } from '../../../src/sim/virtual-clock';
import { advance, clockOn } from '../../client/bench';

const POLL_MS = 5;

/** A recorder that is a script for the shell. Its clock is virtual: it kills when told to. */
class Bench {
  readonly virtual = new VirtualClock();
  readonly clock = clockOn(this.virtual);
  readonly failures: DeviceFailure[] = [];
  readonly ends: RecorderEnd[] = [];
  readonly recorder: RecorderProcess;
  isOver = false;
  private pieces: Buffer[] = [];

  constructor(script: string, program: Partial<RecorderProgram> = {}) {
    const shell: RecorderProgram = {
      adapter: 'sh',
      file: 'sh',
      args: ['-c', script],
      failureOf: (end) => {
        this.ends.push(end);
        return 'device_lost';
      },
    };
    this.recorder = new RecorderProcess({ ...shell, ...program }, this.clock, {
      onBytes: (bytes) => this.pieces.push(bytes),
      onFailed: (failure) => this.failures.push(failure),
    });
    void this.recorder.over.then(() => (this.isOver = true));
  }

  heard(): string {
    return Buffer.concat(this.pieces).toString();
  }

  async hears(text: string): Promise<this> {
    while (!this.heard().includes(text)) await sleep(POLL_MS);
    return this;
  }
}

describe('RecorderProcess', () => {
  it('hands on what the program writes, and all of it before its end', async () => {
    const bench = new Bench('printf abc; sleep 0.1; printf de');
    expect(bench.heard(), 'before the constructor returned').to.equal('');
    await bench.recorder.over;
    expect(bench.heard()).to.equal('abcde');
    expect(bench.failures).to.deep.equal(['device_lost']);
  });

  it('asks the program what its end means', async () => {
    const bench = new Bench('printf ab; echo "Device or resource busy" >&2; exit 7');
    await bench.recorder.over;
    const complaint = 'Device or resource busy\n';
    expect(bench.ends).to.deep.equal([{ complaint, exitCode: 7, hasRecorded: true }]);
  });

  it('knows a crash from an exit', async () => {
    const bench = new Bench('kill -SEGV $$');
    await bench.recorder.over;
    expect(bench.ends).to.deep.equal([{ complaint: '', exitCode: undefined, hasRecorded: false }]);
  });

  it('keeps the end of what the program complains of', async () => {
    const bench = new Bench('head -c 300000 /dev/zero | tr "\\0" x >&2; echo the end >&2');
    await bench.recorder.over;
    expect(bench.ends[0]?.complaint).to.match(/^x{4088}the end\n$/);
  });

  it('fails as device_missing, a moment later, where there is no such program', async () => {
    const bench = new Bench('', { file: 'no-such-recorder' });
    expect(bench.failures).to.deep.equal([]);
    await bench.recorder.over;
    await sleep(50); // Node tells of it twice.
    expect(bench.failures).to.deep.equal(['device_missing']);
  });

  it('fails as device_error, a moment later, where it cannot be run', async () => {
    for (const program of [{ file: __filename }, { args: ['-c', 'a\0b'] }]) {
      const bench = new Bench('', program);
      expect(bench.failures).to.deep.equal([]);
      await bench.recorder.over;
      expect(bench.failures).to.deep.equal(['device_error']);
    }
  });

  it('ends the program when it is stopped, and tells nothing any more', async () => {
    const bench = await new Bench('echo started; while :; do echo x; sleep 0.01; done').hears('x');
    bench.recorder.stop();
    bench.recorder.stop();
    const heard = bench.heard();
    await bench.recorder.over;
    expect(bench.heard()).to.equal(heard);
    expect(bench.failures).to.deep.equal([]);
    expect(bench.clock.pending).to.equal(0);
  });

  it('can be stopped in the moment in which it starts', async () => {
    for (const file of ['sh', 'no-such-recorder']) {
      const bench = new Bench('exec sleep 100', { file });
      bench.recorder.stop();
      await bench.recorder.over;
      expect(bench.failures).to.deep.equal([]);
      expect(bench.clock.pending).to.equal(0);
    }
  });

  it('does not wait for what its program has started', async () => {
    for (const script of ['sleep 3 & echo started; exec sleep 100', 'sleep 3 & echo started']) {
      const bench = await new Bench(script).hears('started');
      bench.recorder.stop();
      await bench.recorder.over;
      expect(bench.clock.pending).to.equal(0);
    }
  });

  it('ends a program that waits for somebody to read', async () => {
    const script = 'trap "" TERM; echo started; exec cat /dev/zero';
    const bench = await new Bench(script).hears('started');
    bench.recorder.stop();
    await bench.recorder.over;
    expect(bench.virtual.now()).to.equal(0);
  });

  it('kills a program that does not end within two seconds', async () => {
    const script = 'trap "" TERM; echo started; exec sleep 100';
    const bench = await new Bench(script).hears('started');
    bench.recorder.stop();
    advance(bench.virtual, 1_999);
    await sleep(200);
    expect(bench.isOver).to.equal(false);
    advance(bench.virtual, 1);
    await bench.recorder.over;
    expect(bench.failures).to.deep.equal([]);
  });

  it('tells the program no secret of ours, and has it speak English', async () => {
    process.env['TARS_TOKEN'] = 'secret';
    try {
      const bench = await new Bench('env; echo; echo end').hears('end');
      expect(bench.heard()).to.not.include('secret');
      expect(bench.heard()).to.include('LC_ALL=C');
    } finally {
      delete process.env['TARS_TOKEN'];
    }
  });

  it('keeps the program away from the keys that end us at a terminal', async function () {
    if (!existsSync('/proc/self/stat')) this.skip();
    const bench = await new Bench('echo $$; echo end; exec sleep 100').hears('end');
    const pid = Number.parseInt(bench.heard(), 10);
    const groupOf = (process: string) =>
      readFileSync(`/proc/${process}/stat`, 'utf8').split(' ')[4];
    expect(groupOf(String(pid))).to.equal(String(pid));
    expect(groupOf('self')).to.not.equal(String(pid));
    bench.recorder.stop();
    await bench.recorder.over;
  });
});
