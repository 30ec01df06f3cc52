import type { LinkEvent, RecordedEvent } from '../../src/events';
import type { FaultInput } from '../../src/sim/network-faults';
import type { Lag } from '../../src/ports';
import { lagContract, type LagWorld, type Trouble } from '../contract/lag';
import { alone } from './runs';

const FIRST_MS = 1_000;
const QUIET_MS = 5_000;
const TYPES: ReadonlySet<string> = new Set(['loop.stalled', 'clock.stepped']);

/** A host of a run, and what is done to it. */
const simulated: LagWorld = {
  live: async (...troubles) => {
    let lag: Lag | undefined;
    let atMs = FIRST_MS;
    const faults = troubles.flatMap((trouble) => {
      const fault = faultOf(trouble, atMs);
      if (trouble.kind !== 'step') atMs += trouble.ms;
      return fault;
    });
    const story = { faults, lasts: `${atMs + QUIET_MS} ms` } as const;
    const { lastEvents } = await alone((ports) => (lag = ports.lag), story);
    return { events: lastEvents.flatMap(asTold), longestMs: lag?.since(0) ?? NaN };
  },
};

function faultOf({ kind, ms }: Trouble, atMs: number): FaultInput[] {
  const at = `${atMs} ms` as const;
  const lasts = `${ms} ms` as const;
  switch (kind) {
    case 'nothing':
      return [];
    case 'stall':
      return [{ at, kind: 'pause', host: 'server', for: lasts }];
    case 'sleep':
      return [{ at, kind: 'suspend', host: 'server', for: lasts }];
    case 'step':
      return [{ at, kind: 'wall_step', host: 'server', by: ms }];
    default:
      return kind satisfies never;
  }
}

function asTold(event: RecordedEvent): LinkEvent[] {
  if (!TYPES.has(event.type)) return [];
  const {
    atMs: _at,
    boot: _boot,
    host: _host,
    seq: _seq,
    step: _step,
    wallMs: _wall,
    ...told
  } = event;
  return [told as LinkEvent];
}

lagContract('a simulated life', 0, () => simulated);
