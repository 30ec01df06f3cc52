import { createClock, type Clock as FakeClock } from '@sinonjs/fake-timers';
import { expect } from 'chai';

import { LogDigest, type LogEntry } from '../../src/adapters/log-digest';
import { isDurable, type LinkEvent } from '../../src/events';
import type { Clock } from '../../src/ports';
import { LinkBench } from '../client/bench';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A digest in virtual time, and what it told. */
class DigestBench {
  readonly fake: FakeClock = createClock(0);
  readonly told: (LogEntry & { readonly atMs: number })[] = [];
  readonly clock: Clock = {
    now: () => this.fake.now,
    setTimeout: (callback, delayMs) => ({ id: this.fake.setTimeout(callback, delayMs) }),
    clearTimeout: (timer) => this.fake.clearTimeout((timer as { id: number } | undefined)?.id),
  };
  readonly digest = new LogDigest({
    clock: this.clock,
    log: (entry) => this.told.push({ atMs: this.fake.now, ...entry }),
  });
  private connections = 0;

  emit(...events: readonly LinkEvent[]): void {
    for (const event of events) this.digest.emit(event);
  }

  types(): string[] {
    return this.told.map(({ type }) => type);
  }

  of(type: LogEntry['type']) {
    return this.told.filter((entry) => entry.type === type);
  }

  /** A dial that is refused at once, and the wait until the next one. */
  failDial(waitMs: number, label: 'dial_refused' | 'dns' = 'dial_refused'): void {
    const connection = this.dial();
    this.emit({ type: 'link.failed', connection, label });
    this.emit({ type: 'backoff.scheduled', attempt: 6, delayMs: waitMs });
    this.fake.tick(waitMs);
  }

  /** A dial that leads to a connection, which lasts so long. */
  connect(upMs: number): void {
    const connection = this.dial();
    this.emit({ type: 'link.connected', connection, protocol: 'tars.v2' });
    this.fake.tick(upMs);
  }

  lose(): void {
    const fields = { label: 'reset', initiator: 'network', upMs: 0, sinceInboundMs: 0 } as const;
    this.emit({ type: 'link.lost', connection: `c${this.connections}`, ...fields });
  }

  private dial(): string {
    this.connections += 1;
    const connection = `c${this.connections}`;
    this.emit({ type: 'link.dialing', connection, attempt: this.connections });
    return connection;
  }
}

describe('LogDigest', () => {
  let bench: DigestBench;

  beforeEach(() => (bench = new DigestBench()));
  afterEach(() => expect(bench.fake.countTimers(), 'timers that are left').to.equal(0));

  describe('of a link', () => {
    it('tells everything while it is well', () => {
      bench.connect(HOUR_MS);
      bench.lose();
      bench.fake.tick(2 * SECOND_MS);
      bench.connect(HOUR_MS);
      expect(bench.types()).to.deep.equal([
        ...['link.dialing', 'link.connected', 'link.lost'],
        ...['link.dialing', 'link.connected', 'link.recovered'],
      ]);
      expect(bench.told.at(-1)).to.deep.include({ downMs: 2 * SECOND_MS, dials: 1 });
    });

    it('says nothing of a recovery where there was no failure', () => {
      bench.connect(HOUR_MS);
      expect(bench.types()).to.deep.equal(['link.dialing', 'link.connected']);
    });

    it('tells three dials in full, and of the rest a line at each doubling', () => {
      for (let dial = 0; dial < 40; dial++) bench.failDial(SECOND_MS);
      expect(bench.of('link.dialing')).to.have.length(3);
      expect(bench.of('link.failed')).to.have.length(3);
      expect(bench.of('backoff.scheduled')).to.have.length(3);
      expect(bench.of('link.down').map((entry) => 'dials' in entry && entry.dials)).to.deep.equal([
        4, 8, 16, 32,
      ]);
      expect(bench.of('link.down')[0]).to.deep.include({ downMs: 3_000, label: 'dial_refused' });
    });

    it('tells a failure of another kind, once', () => {
      for (let dial = 0; dial < 5; dial++) bench.failDial(SECOND_MS);
      for (let dial = 0; dial < 3; dial++) bench.failDial(SECOND_MS, 'dns');
      const labels = bench.of('link.failed').map((entry) => 'label' in entry && entry.label);
      expect(labels).to.deep.equal([...Array<string>(3).fill('dial_refused'), 'dns']);
    });

    it('is not silent for longer than an hour', () => {
      for (let minute = 0; minute < DAY_MS / 60_000; minute++) bench.failDial(60_000);
      const times = bench.told.map(({ atMs }) => atMs);
      const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] as number));
      expect(Math.max(...gaps)).to.equal(HOUR_MS);
    });

    it('tells how long it was down, and after how many dials it came back', () => {
      for (let dial = 0; dial < 100; dial++) bench.failDial(SECOND_MS);
      bench.connect(HOUR_MS);
      expect(bench.told.slice(-2)).to.deep.equal([
        { atMs: 100_000, type: 'link.connected', connection: 'c101', protocol: 'tars.v2' },
        { atMs: 100_000, type: 'link.recovered', downMs: 100_000, dials: 101 },
      ]);
    });

    it('of one that comes and goes tells the first times, and that it stays', () => {
      const ROUNDS = 1_000;
      for (let round = 0; round < ROUNDS; round++) {
        bench.connect(SECOND_MS);
        bench.lose();
        bench.fake.tick(59 * SECOND_MS);
      }
      expect(bench.told.length).to.be.below(50);
      const { length } = bench.told;
      bench.connect(HOUR_MS);
      expect(bench.types().slice(length)).to.deep.equal(['link.connected', 'link.recovered']);
      // What came before it had lasted is not part of the outage.
      const downMs = ROUNDS * 60 * SECOND_MS;
      expect(bench.told.at(-1)).to.deep.include({ downMs, dials: ROUNDS + 1 });
    });

    it('tells in full again after it has been well', () => {
      for (let dial = 0; dial < 10; dial++) bench.failDial(SECOND_MS);
      bench.connect(HOUR_MS);
      const { length } = bench.told;
      bench.lose();
      bench.failDial(SECOND_MS);
      expect(bench.types().slice(length)).to.deep.equal([
        ...['link.lost', 'link.dialing', 'link.failed', 'backoff.scheduled'],
      ]);
    });

    it('holds back nothing that a person does', () => {
      for (let dial = 0; dial < 10; dial++) bench.failDial(SECOND_MS);
      const { length } = bench.told;
      bench.emit(
        { type: 'hotword.detected', online: false },
        { type: 'cue.played', cue: 'offline' },
      );
      expect(bench.types().slice(length)).to.deep.equal(['hotword.detected', 'cue.played']);
    });

    it('tells each of a server, whose devices come and go on their own', () => {
      const lost = { label: 'reset', initiator: 'network', upMs: 0, sinceInboundMs: 0 } as const;
      for (let times = 0; times < 20; times++) {
        bench.emit({ type: 'link.lost', connection: 'c', device: 'hall', ...lost });
      }
      expect(bench.told).to.have.length(20);
    });

    it('needs a few dozen lines for a day without a server, with the client itself', async () => {
      const client = new LinkBench();
      client.world.network.refuseDials('hub');
      const digest = new LogDigest({
        clock: client.clock,
        log: (entry) => bench.told.push({ atMs: client.clock.now(), ...entry }),
      });
      const { emit } = client.ports.events;
      client.ports.events.emit = (event) => {
        digest.emit(event);
        return emit(event);
      };
      client.link.start();
      await client.run(DAY_MS);
      const lines = bench.told.filter(
        ({ type }) => type === 'link.down' || isDurable(type as never),
      );
      expect(client.of('link.failed').length).to.be.above(1_400);
      expect(lines.length).to.be.within(20, 60);
      await client.over();
    });
  });

  describe('of a microphone', () => {
    const failed = { type: 'microphone.failed', failure: 'device_missing' } as const;

    it('that fails for a day tells a few dozen lines, and how often', () => {
      for (let times = 0; times < DAY_MS / 8_000; times++) {
        bench.emit({ type: 'microphone.opened' }, failed);
        bench.fake.tick(8_000);
      }
      const lines = bench.of('microphone.failed');
      expect(lines.length).to.be.within(24, 60);
      expect(lines[2]).to.not.have.property('times');
      expect(lines[3]).to.deep.include({ times: 4, forMs: 24_000 });
    });

    it('that works again is told, with how long it did not', () => {
      bench.emit(failed);
      bench.fake.tick(60_000);
      bench.emit({ type: 'microphone.opened' });
      bench.fake.tick(60_000);
      const recovered = { type: 'microphone.recovered', downMs: 60_000, failures: 1 };
      expect(bench.told.at(-1)).to.deep.include(recovered);
      expect(bench.of('microphone.recovered')).to.have.length(1);
    });

    it('that is closed meanwhile is not said to work', () => {
      bench.emit(failed, { type: 'microphone.opened' }, { type: 'microphone.closed' });
      bench.fake.tick(60_000);
      expect(bench.of('microphone.recovered')).to.have.length(0);
    });
  });

  it('tells some of the standstills of a machine that is too slow', () => {
    for (let times = 0; times < 1_000; times++) {
      bench.emit({ type: 'loop.stalled', ms: 1_000 });
      bench.fake.tick(1_000);
    }
    expect(bench.told.length).to.be.within(4, 13);
  });

  describe('of refused streams', () => {
    it('tells some of a flood, each reason by itself', () => {
      for (let times = 0; times < 100_000; times++) {
        bench.emit({ type: 'link.refused', reason: 'unauthorized' });
        bench.fake.tick(1);
      }
      bench.emit({ type: 'link.refused', reason: 'browser' });
      expect(bench.told.length).to.be.below(25);
      expect(bench.told.at(-2)).to.deep.include({ times: 65_536, forMs: 65_535 });
      expect(bench.told.at(-1))
        .to.deep.include({ reason: 'browser' })
        .and.not.have.property('times');
    });

    it('begins anew after half an hour of quiet', () => {
      const refused = { type: 'link.refused', reason: 'no_place' } as const;
      for (let times = 0; times < 5; times++) bench.emit(refused);
      bench.fake.tick(HOUR_MS);
      bench.emit(refused);
      expect(bench.told.at(-1)).to.deep.equal({ atMs: HOUR_MS, ...refused });
    });
  });
});
