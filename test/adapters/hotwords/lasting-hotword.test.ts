import { expect } from 'chai';

import type { EnginePorts, HotwordEngine } from '../../../src/adapters/hotwords/hotword-engine';
import {
  LastingHotword,
  type LastingHotwordOptions,
} from '../../../src/adapters/hotwords/lasting-hotword';
import type { DeviceFailure } from '../../../src/ports';
import { HotwordBench } from './hotword-bench';

const frame = new Int16Array(512);

/** An engine that does what it is told. */
class FakeEngine implements HotwordEngine {
  readonly frameSamples = 512;
  isFound = false;
  broken = false;
  resets = 0;
  closes = 0;

  constructor(readonly fail: (failure: DeviceFailure) => void) {}

  process(): boolean {
    if (this.broken) throw new Error('broken');
    return this.isFound;
  }

  reset(): void {
    if (this.broken) throw new Error('broken');
    this.resets += 1;
  }

  close(): void {
    this.closes += 1;
  }

  openDevices(): number {
    return this.closes > 0 ? 0 : 1;
  }
}

describe('LastingHotword', () => {
  let bench: HotwordBench;
  let engines: FakeEngine[];
  let refuses: boolean;
  /** An engine is opened once it resolves. */
  let gate: Promise<void>;

  beforeEach(() => {
    gate = Promise.resolve();
    bench = new HotwordBench();
    engines = [];
    refuses = false;
  });

  const openEngine = async ({ onFailed }: EnginePorts): Promise<HotwordEngine> => {
    await gate;
    if (refuses) throw new Error('There is none.');
    const engine = new FakeEngine(onFailed);
    engines.push(engine);
    return engine;
  };

  const open = (options: Partial<LastingHotwordOptions> = {}): Promise<LastingHotword> =>
    LastingHotword.open({
      ...{ adapter: 'openwakeword', keyword: 'hal', why: 'asked_for', open: openEngine },
      ...bench.ports,
      ...options,
    } as LastingHotwordOptions);

  const last = (): FakeEngine => engines.at(-1) as FakeEngine;
  const failures = (): number => bench.eventsOf('hotword.failed').length;

  it('takes one detection for a hotword, also where it is reset in between', async () => {
    const hotword = await open();
    last().isFound = true;
    expect(hotword.process(frame)).to.equal(true);
    hotword.reset();
    expect(last().resets).to.equal(1);
    await bench.clock.pass(1_499);
    expect(hotword.process(frame)).to.equal(false);
    await bench.clock.pass(1);
    expect(hotword.process(frame)).to.equal(true);
  });

  it('has a cool-down of any length', async () => {
    const hotword = await open({ coolDownMs: 100 });
    last().isFound = true;
    expect(hotword.process(frame)).to.equal(true);
    await bench.clock.pass(100);
    expect(hotword.process(frame)).to.equal(true);
  });

  it('refuses to be opened without an engine', async () => {
    refuses = true;
    const error = await open().catch((reason: Error) => reason);
    expect(error).to.have.property('message', 'There is none.');
    expect(bench.clock.pending).to.equal(0);
  });

  it('finds nothing with an engine that died, and opens it again', async () => {
    const hotword = await open();
    last().isFound = true;
    last().fail('device_lost');
    expect(hotword.process(frame)).to.equal(false);
    expect(hotword.openDevices()).to.equal(0);
    expect(engines[0]?.closes).to.equal(1);
    await bench.clock.pass(999);
    expect(engines).to.have.length(1);
    await bench.clock.pass(1);
    last().isFound = true;
    expect(hotword.process(frame)).to.equal(true);
    expect(bench.events.map(({ type }) => type)).to.deep.equal([
      'device.chosen',
      'hotword.failed',
      'device.chosen',
    ]);
    expect(bench.eventsOf('hotword.failed')[0]).to.include({ failure: 'device_lost' });
  });

  it('takes an engine that throws for one that died', async () => {
    const hotword = await open();
    last().broken = true;
    expect(hotword.process(frame)).to.equal(false);
    await bench.clock.pass(1_000);
    last().broken = true;
    hotword.reset();
    expect(failures()).to.equal(2);
  });

  it('tries again for as long as it takes, and at least once a minute', async () => {
    await open();
    refuses = true;
    last().fail('device_lost');
    const delays: number[] = [];
    let atMs = bench.clock.now();
    while (delays.length < 9) {
      const before = failures();
      await bench.clock.pass(500);
      if (failures() === before) continue;
      delays.push(bench.clock.now() - atMs);
      atMs = bench.clock.now();
    }
    const seconds = delays.map((delayMs) => delayMs / 1_000);
    expect(seconds).to.deep.equal([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    refuses = false;
    await bench.clock.pass(60_000);
    expect(engines).to.have.length(2);
  });

  it('is patient again with an engine that was well for a minute', async () => {
    await open();
    for (let times = 0; times < 3; times += 1) {
      last().fail('device_lost');
      await bench.clock.pass(1_000 * 2 ** times);
    }
    expect(engines).to.have.length(4);
    await bench.clock.pass(60_001);
    last().fail('device_lost');
    await bench.clock.pass(1_000);
    expect(engines).to.have.length(5);
  });

  it('ends an engine that comes once it is closed', async () => {
    let arrive: () => void = () => undefined;
    const hotword = await open();
    last().fail('device_lost');
    gate = new Promise((resolve) => (arrive = resolve));
    await bench.clock.pass(1_000);
    hotword.close();
    arrive();
    await bench.clock.pass(0);
    expect(engines).to.have.length(2);
    expect(last().closes).to.equal(1);
    expect(bench.eventsOf('device.chosen')).to.have.length(1);
  });

  it('does nothing once it is closed, which it may be twice', async () => {
    const hotword = await open();
    last().isFound = true;
    hotword.close();
    hotword.close();
    hotword.reset();
    last().fail('device_lost');
    expect(hotword.process(frame)).to.equal(false);
    expect(last().resets).to.equal(0);
    expect(bench.clock.pending).to.equal(0);
    expect(failures()).to.equal(0);
  });

  it('does not wait to open an engine once it is closed', async () => {
    const hotword = await open();
    last().fail('device_lost');
    hotword.close();
    expect(bench.clock.pending).to.equal(0);
  });

  it('takes no frame of another length', async () => {
    const hotword = await open();
    expect(() => hotword.process(new Int16Array(511))).to.throw('511 samples');
  });
});
