import { expect } from 'chai';

import type { AnyEvent, RecordedEvent } from '../../src/events';
import { compare } from '../../src/realtime/compare';

type Told = readonly [atMs: number, event: AnyEvent];

const trace = (host: string, ...told: readonly Told[]): RecordedEvent[] =>
  told.map(([atMs, event], seq) => ({ seq, atMs, wallMs: 0, host, boot: 1, ...event }));

const dial: AnyEvent = {
  ...{ type: 'state.changed', machine: 'link', from: 'disconnected', to: 'connecting' },
  cause: 'dial',
};
const wait = (delayMs: number): AnyEvent => ({ type: 'backoff.scheduled', attempt: 1, delayMs });
const open: AnyEvent = { type: 'link.open', connection: 'c1', protocol: 'tars.v2' };
const dialing: AnyEvent = { type: 'link.dialing', connection: 'c1', attempt: 1 };
const connected: AnyEvent = { type: 'link.connected', connection: 'c1', protocol: 'tars.v2' };
const ping: AnyEvent = { type: 'heartbeat.sent', connection: 'c1' };
const pong = (rttMs: number): AnyEvent => ({ type: 'heartbeat.pong', connection: 'c1', rttMs });
const accepted: AnyEvent = {
  ...{ type: 'link.accepted', connection: 'c1', device: 'pi', protocol: 'tars.v2' },
};

describe('compare, with processes', () => {
  const how = { scale: 1, toleranceMs: 50, asProcesses: true };
  const disagreements = (virtual: readonly Told[], real: readonly Told[]): readonly string[] =>
    compare(trace('pi', ...virtual), trace('pi', ...real), how).disagreements;

  it('takes each wait before a dial for what was drawn', () => {
    const virtual: Told[] = [
      [0, wait(2_100)],
      [2_100, dial],
    ];
    expect(
      disagreements(virtual, [
        [0, wait(2_900)],
        [2_910, dial],
      ]),
    ).to.deep.equal([]);
    expect(
      disagreements(virtual, [
        [0, wait(2_900)],
        [2_100, dial],
      ])[0],
    ).to.match(/800.0 ms/);
  });

  it('gives a program time to compile, until its first connection is up', () => {
    const virtual: Told[] = [
      [0, dialing],
      [0, open],
      [0, connected],
    ];
    expect(
      disagreements(virtual, [
        [0, dialing],
        [90, open],
        [180, connected],
      ]),
    ).to.deep.equal([]);
  });

  it('gives a kernel an eighth of the time for which it waited', () => {
    const virtual: Told[] = [
      [0, connected],
      [0, dialing],
      [7_000, open],
    ];
    expect(
      disagreements(virtual, [
        [0, connected],
        [0, dialing],
        [7_800, open],
      ]),
    ).to.deep.equal([]);
    expect(
      disagreements(virtual, [
        [0, connected],
        [0, dialing],
        [8_000, open],
      ])[0],
    ).to.match(/1000.0 ms/);
  });

  it('gives a program nothing of the kind', () => {
    const virtual: Told[] = [
      [0, ping],
      [10_000, ping],
    ];
    expect(
      disagreements(virtual, [
        [0, ping],
        [10_060, ping],
      ])[0],
    ).to.match(/60.0 ms/);
  });

  it('misses a ping or a pong that only one world has', () => {
    expect(
      disagreements(
        [
          [0, ping],
          [1, pong(1)],
        ],
        [[0, ping]],
      )[0],
    ).to.match(/heartbeat.pong/);
  });

  it('asks when a device comes only where it dials', () => {
    const real: Told[] = [
      [0, ping],
      [900, accepted],
    ];
    expect(
      disagreements(
        [
          [0, ping],
          [1, accepted],
        ],
        real,
      ),
    ).to.deep.equal([]);
  });

  it('gives a process time to start', () => {
    const listening: AnyEvent = { type: 'server.listening', port: 8765 };
    const started: AnyEvent = { type: 'host.started', program: 'server' };
    expect(
      disagreements(
        [
          [0, started],
          [0, listening],
        ],
        [
          [0, started],
          [900, listening],
        ],
      ),
    ).to.deep.equal([]);
  });
});
