import fc from 'fast-check';

import type { Duration } from '../sim/duration';
import type { FaultInput, FaultKind } from '../sim/network-faults';
import { TLS_CODES } from '../sim/tls-handshake';

/** A fault without its instant. */
export type TimelessFault = FaultInput extends infer Each
  ? Each extends FaultInput
    ? Omit<Each, 'at'>
    : never
  : never;

/** The hosts between which, or at which, a fault is drawn. */
export interface FaultPlaces {
  /** Each client, and the server that it dials. */
  readonly links: readonly (readonly [client: string, server: string])[];
  /** The server of ours. */
  readonly server: string;
}

/**
 * A length of time in milliseconds, as text, from `minMs` to `maxMs`: each doubling is as likely as
 * any other, so that short ones are not drowned by long ones.
 */
export function lasting(minMs: number, maxMs: number): fc.Arbitrary<Duration> {
  return spread(minMs, maxMs).map(ms);
}

/** Milliseconds as a scenario has them. */
export function ms(value: number): Duration {
  return `${value} ms`;
}

/** A whole number from `min` to `max`, each doubling as likely as any other. */
export function spread(min: number, max: number): fc.Arbitrary<number> {
  const first = Math.floor(Math.log2(min));
  const last = Math.floor(Math.log2(max));
  return fc.integer({ min: first, max: last }).chain((power) =>
    fc.integer({
      min: Math.max(min, 2 ** power),
      max: Math.min(max, 2 ** (power + 1) - 1),
    }),
  );
}

const direction = fc.constantFrom('both', 'upstream', 'downstream');
const stream = fc.constantFrom('upstream', 'downstream');

/** Lengths of time by which client and server decide, and what lies just beside them. */
const decisive = fc
  .tuple(
    fc.constantFrom(1_000, 2_000, 5_000, 10_000, 11_000, 15_000, 30_000, 40_000),
    fc.constantFrom(-1, 0, 1),
  )
  .map(([atMs, offsetMs]) => ms(atMs + offsetMs));

/** How long most faults last: from a blink to longer than any time-out but TCP's own. */
const awhile = fc.oneof({ weight: 3, arbitrary: lasting(50, 120_000) }, decisive);

const TOXICS = [
  ['latency', { latency: spread(1, 3_000), jitter: spread(1, 500) }],
  ['bandwidth', { rate: fc.constantFrom(0, 1, 4, 16, 64) }],
  ['slow_close', { delay: spread(1, 30_000) }],
  ['timeout', { timeout: fc.oneof(fc.constant(0), spread(1, 20_000)) }],
  ['reset_peer', { timeout: fc.oneof(fc.constant(0), spread(1, 20_000)) }],
  ['slicer', { average_size: spread(8, 1_024), delay: spread(1, 1_000) }],
  ['limit_data', { bytes: spread(1, 500_000) }],
] as const;

type Draw = (places: FaultPlaces) => fc.Arbitrary<Record<string, unknown>>;

const betweenThem = ({ links }: FaultPlaces): fc.Arbitrary<readonly [string, string]> =>
  fc.constantFrom(...links);

const clientsOf = ({ links }: FaultPlaces): string[] => links.map(([client]) => client);

const onTheWay =
  (fields: Record<string, fc.Arbitrary<unknown>> = {}): Draw =>
  (places) =>
    fc.record({ ...fields, between: betweenThem(places) });

const atAnyHost =
  (fields: Record<string, fc.Arbitrary<unknown>> = {}): Draw =>
  (places) =>
    fc.record({ ...fields, host: fc.constantFrom(...clientsOf(places), places.server) });

const atClient =
  (fields: Record<string, fc.Arbitrary<unknown>> = {}): Draw =>
  (places) =>
    fc.record({ ...fields, host: fc.constantFrom(...clientsOf(places)) });

const drawToxic: Draw = (places) =>
  fc.oneof(
    ...TOXICS.map(([type, attributes]) =>
      fc.record({
        type: fc.constant(type),
        attributes: fc.record(attributes as Record<string, fc.Arbitrary<number>>),
        stream,
        toxicity: fc.constantFrom(1, 1, 1, 0.5),
        for: awhile,
        between: betweenThem(places),
      }),
    ),
  );

/** What is drawn for each kind of fault, apart from its instant. */
const DRAWS: Readonly<Record<FaultKind, Draw>> = {
  toxic: drawToxic,
  proxy_down: onTheWay({ for: awhile }),
  latency: onTheWay({ for: awhile, direction, oneWay: lasting(1, 3_000) }),
  slow_path: onTheWay({ for: awhile, direction, bytesPerSecond: spread(1_000, 128_000) }),
  outage: onTheWay({ for: awhile, direction }),
  silence: onTheWay({ direction }),
  lost_dials: onTheWay({ for: awhile }),
  corruption: onTheWay({ for: awhile, direction, every: spread(16, 262_144) }),
  idle_timeout: onTheWay({
    for: awhile,
    after: lasting(1_000, 100_000),
    how: fc.constantFrom('silence', 'reset', 'close'),
  }),
  upgrade_answered: onTheWay({ for: awhile, status: fc.constantFrom(200, 302, 401, 503) }),
  tls: onTheWay({ for: awhile, code: fc.constantFrom(...TLS_CODES) }),
  reset: onTheWay(),
  close: onTheWay(),
  refused: ({ server }) => fc.record({ for: awhile, host: fc.constant(server) }),
  unreachable: atClient({ for: awhile }),
  dns: atClient({ for: awhile, code: fc.constantFrom('EAI_AGAIN', 'ENOTFOUND') }),
  power_loss: atAnyHost({ for: awhile }),
  kill: atAnyHost({ for: awhile }),
  restart: atAnyHost({ for: awhile }),
  pause: atAnyHost({ for: awhile }),
  suspend: atClient({ for: awhile }),
  microphone_fails: atClient({ opens: fc.integer({ min: 0, max: 4 }) }),
  speaker_fails: atClient(),
  wall_step: atAnyHost({
    by: fc.constantFrom(-1_767_225_600_000, -3_600_000, 1, 1_576_800_000_000),
  }),
};

export const FAULT_KINDS = Object.keys(DRAWS) as readonly FaultKind[];

/** Draws a fault of this kind, apart from its instant. */
export function drawFault(kind: FaultKind, places: FaultPlaces): fc.Arbitrary<TimelessFault> {
  return DRAWS[kind](places).map((fields) => ({ kind, ...fields }) as TimelessFault);
}
