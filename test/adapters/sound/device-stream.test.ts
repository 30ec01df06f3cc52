import { expect } from 'chai';

import { DeviceStream } from '../../../src/adapters/sound/device-stream';
import { OverrunReport } from '../../../src/adapters/sound/overrun-report';
import type { RecorderHandlers } from '../../../src/adapters/sound/recorder-process';
import { BYTES_PER_MS } from '../../../src/constants';
import type { LinkEvent } from '../../../src/events';
import type { Clock, DeviceFailure } from '../../../src/ports';
import { VirtualClock } from '../../../src/sim/virtual-clock';
import { advance, clockOn } from '../../client/bench';

const PIECE_MS = 20;
const SECOND_MS = 1_000;

/** A stream in virtual time, and the recorder behind it in the hands of a test. */
class Bench {
  readonly virtual = new VirtualClock();
  readonly timers = clockOn(this.virtual);
  readonly clock: Clock = {
    now: () => this.timers.now() + this.stalledMs,
    setTimeout: (callback, delayMs) => this.timers.setTimeout(callback, delayMs),
    clearTimeout: (timer) => this.timers.clearTimeout(timer as never),
  };
  readonly failures: DeviceFailure[] = [];
  readonly events: LinkEvent[] = [];
  heardBytes = 0;
  /** Time in which no timer could fire and nothing was read. */
  stalledMs = 0;
  recorder: RecorderHandlers | undefined;
  stops = 0;
  closes = 0;
  private resolveFree: () => void = () => undefined;
  readonly stream = new DeviceStream({
    clock: this.clock,
    handlers: {
      onAudio: (pcm) => (this.heardBytes += pcm.length),
      onFailed: (failure) => this.failures.push(failure),
    },
    overruns: new OverrunReport({ emit: (event) => this.events.push(event) }),
    free: new Promise<void>((resolve) => (this.resolveFree = resolve)),
    record: (handlers) => {
      this.recorder = handlers;
      return { stop: () => (this.stops += 1) };
    },
    onClosed: () => (this.closes += 1),
  });

  /** The device is free, and its recorder starts. */
  async start(): Promise<this> {
    this.resolveFree();
    await Promise.resolve();
    return this;
  }

  /** Records for so long, at `pace` times the speed that is right. */
  record(ms: number, pace = 1): this {
    for (let leftMs = ms; leftMs > 0; leftMs -= PIECE_MS) {
      this.pass(PIECE_MS);
      this.recorder?.onBytes(Buffer.alloc(pace * PIECE_MS * BYTES_PER_MS));
    }
    return this;
  }

  pass(ms: number): this {
    advance(this.virtual, ms);
    return this;
  }
}

describe('DeviceStream', () => {
  it('records once the device is free, and not before', async () => {
    const bench = new Bench();
    await Promise.resolve();
    expect(bench.recorder).to.equal(undefined);
    await bench.start();
    expect(bench.recorder).to.not.equal(undefined);
  });

  it('does not record when it was closed before the device was free', async () => {
    const bench = new Bench();
    bench.stream.close();
    await bench.start();
    expect(bench.recorder).to.equal(undefined);
    expect(bench.closes).to.equal(1);
  });

  it('is deaf until it is told what to listen for', async () => {
    const bench = await new Bench().start();
    bench.record(SECOND_MS);
    expect(bench.heardBytes).to.equal(0);
    bench.stream.listenFor('session');
    bench.record(SECOND_MS);
    expect(bench.heardBytes).to.be.greaterThan(900 * BYTES_PER_MS);
  });

  it('stops the recorder and its timer when it is closed, once', async () => {
    const bench = await new Bench().start();
    bench.record(SECOND_MS).stream.close();
    bench.stream.close();
    expect([bench.stops, bench.closes]).to.deep.equal([1, 1]);
    expect(bench.timers.pending).to.equal(0);
  });

  it('fails once, as its recorder does', async () => {
    const bench = await new Bench().start();
    bench.recorder?.onFailed('device_busy');
    bench.pass(60 * SECOND_MS);
    expect(bench.failures).to.deep.equal(['device_busy']);
    expect(bench.closes).to.equal(1);
    expect(bench.timers.pending).to.equal(0);
  });

  it('takes five seconds without any sound for a loss', async () => {
    const bench = await new Bench().start();
    bench.record(3 * SECOND_MS).pass(4 * SECOND_MS);
    expect(bench.failures).to.deep.equal([]);
    bench.pass(2 * SECOND_MS);
    expect(bench.failures).to.deep.equal(['device_lost']);
    expect(bench.stops).to.equal(1);
  });

  it('takes a shorter silence for none', async () => {
    const bench = await new Bench().start();
    for (let times = 0; times < 10; times++) bench.record(SECOND_MS).pass(4 * SECOND_MS);
    expect(bench.failures).to.deep.equal([]);
  });

  it('takes twenty seconds without a first sound for a fault', async () => {
    const bench = await new Bench().start();
    bench.pass(19 * SECOND_MS);
    expect(bench.failures).to.deep.equal([]);
    bench.pass(2 * SECOND_MS);
    expect(bench.failures).to.deep.equal(['device_error']);
  });

  it('takes a device that is not let go of in twenty seconds for busy', () => {
    const bench = new Bench().pass(21 * SECOND_MS);
    expect(bench.failures).to.deep.equal(['device_busy']);
  });

  it('does not take its own stall for a silence of the device', async () => {
    const bench = await new Bench().start();
    bench.record(3 * SECOND_MS);
    bench.stalledMs += 60 * SECOND_MS;
    // The timers that are due run before what has come meanwhile is read.
    bench.pass(SECOND_MS).record(3 * SECOND_MS);
    expect(bench.failures).to.deep.equal([]);
  });

  it('takes sound at three times its pace for that of another rate', async () => {
    const bench = await new Bench().start();
    bench.record(4 * SECOND_MS, 3);
    expect(bench.failures).to.deep.equal([]);
    bench.record(2 * SECOND_MS, 3);
    expect(bench.failures).to.deep.equal(['device_error']);
  });

  it('takes what comes at once after a stall for sound', async () => {
    const bench = await new Bench().start();
    for (let times = 0; times < 5; times++) {
      bench.record(2 * SECOND_MS).pass(3 * SECOND_MS);
      bench.recorder?.onBytes(Buffer.alloc(3 * SECOND_MS * BYTES_PER_MS));
    }
    expect(bench.failures).to.deep.equal([]);
  });

  it('reports what the device lost', async () => {
    const bench = await new Bench().start();
    bench
      .record(5 * SECOND_MS)
      .pass(740)
      .record(8 * SECOND_MS);
    expect(bench.events).to.deep.equal([{ type: 'microphone.overrun', lostMs: 740 }]);
  });
});
