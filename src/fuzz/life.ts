/**
 * What a fuzz run is made of, drawn by fast-check from a seed.
 *
 *   life            this file: hosts, what people do, which faults, and where these are put
 *   drawn-hosts     who lives there             drawn-engine   and whom they talk with
 *   drawn-guest     somebody else's client      drawn-stranger    somebody else's server
 *   drawn-frames    what such programs send
 *   drawn-faults    a fault of each kind        swarm      which kinds, and how often each
 *   set-pieces      two things at once, and what takes hours
 *   moments         instants worth aiming at    trial      a life as scenarios, and their runs
 *   sometimes       states that a campaign must reach       pairs    what met what
 *   shrink          from a failure to the least of it       campaign, sweep
 */
import fc from 'fast-check';

import type { Duration } from '../sim/duration';
import type { ScenarioInput } from '../sim/scenario';
import { drawFault, lasting, ms, spread, type TimelessFault } from './drawn-faults';
import { clientsOf, drawHosts, isFight, linksOf, SERVER, type Hosts } from './drawn-hosts';
import { BRIEF_MOMENTS, MOMENTS, type Moment } from './moments';
import { drawAbsence, drawSetPiece } from './set-pieces';
import { swarm, type Swarm } from './swarm';

/** Where a fault is put: at an instant, or at a moment of the run that has all faults with one. */
export type Placing =
  | { readonly how: 'at'; readonly atMs: number }
  | {
      readonly how: 'aimed';
      readonly moment: Moment;
      readonly nth: number;
      readonly offsetMs: number;
    };

export interface PlacedFault {
  readonly fault: TimelessFault;
  readonly placing: Placing;
}

type Acts = NonNullable<ScenarioInput['acts']>;

/** Everything that is drawn for one trial. */
export interface Life {
  readonly hosts: Hosts;
  readonly latency: Duration;
  readonly interleave: boolean;
  readonly lastsMs: number;
  readonly acts: Acts;
  readonly faults: readonly PlacedFault[];
}

const TALKS = 'hey-jarvis-what-time-is-it';
/** Within so many milliseconds the faults of a burst begin. */
const BURST_MS = 3_000;
const MAX_FAULTS = 12;
const MAX_ACTS = 10;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Draws the life of a seed: the same one for the same seed, everywhere. */
export function drawLife(seed: number): Life {
  const [life] = fc.sample(anyLife, { seed, numRuns: 1 });
  return life as Life;
}

/** How long a life lasts, and for how much of that the network or the server is gone. */
interface Length {
  readonly lastsMs: number;
  readonly awayMs: number;
}

/** An evening, a night, or a day and more. */
const anyAbsence = fc.oneof(
  { weight: 2, arbitrary: spread(HOUR_MS / 2, 8 * HOUR_MS) },
  { weight: 1, arbitrary: spread(18 * HOUR_MS, 28 * HOUR_MS) },
);

/** Mostly minutes; and now and then what it takes to come back after hours. */
const anyLength: fc.Arbitrary<Length> = fc.oneof(
  {
    weight: 15,
    arbitrary: spread(MINUTE_MS, 15 * MINUTE_MS).map((lastsMs) => ({ lastsMs, awayMs: 0 })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(anyAbsence, spread(10 * MINUTE_MS, HOUR_MS))
      .map(([awayMs, homeMs]) => ({ lastsMs: awayMs + homeMs, awayMs })),
  },
);

const anyLife: fc.Arbitrary<Life> = fc
  .tuple(drawHosts(), swarm, anyLength)
  .chain(([hosts, weights, length]) => {
    const { lastsMs } = length;
    return fc.record({
      hosts: fc.constant(hosts),
      latency: lasting(1, 300),
      interleave: fc.constantFrom(true, true, true, false),
      lastsMs: fc.constant(lastsMs),
      acts: fc
        .tuple(anyActs(clientsOf(hosts), lastsMs), anyEnd(clientsOf(hosts), lastsMs))
        .map(([acts, end]) => [...acts, ...end, ...truce(hosts, lastsMs)]),
      faults: anyFaults(hosts, weights, length),
    });
  });

/** Two that have one name take turns for ever, and a world with both never comes to rest. */
function truce(hosts: Hosts, lastsMs: number): Acts {
  return isFight(hosts) ? [{ at: ms(lastsMs - 1), on: 'other', stops: 'program' }] : [];
}

/** Sessions by voice and by hand, and people who press while the answer sounds. */
function anyActs(clients: readonly string[], lastsMs: number): fc.Arbitrary<Acts> {
  const at = fc.noBias(fc.integer({ min: 1_000, max: lastsMs - 1 }));
  const says = fc.constantFrom(TALKS, TALKS, TALKS, 'hey-jarvis', 'what-time-is-it');
  const speak = fc.record({ says });
  const press = fc.constant({ presses: 'button' as const });
  const once = fc.tuple(at, fc.oneof({ weight: 4, arbitrary: speak }, press));
  const single = once.map(([atMs, deed]) => [{ at: ms(atMs), ...deed }]);
  const bargeIn = fc.tuple(at, spread(500, 8_000)).map(([atMs, laterMs]) => [
    { at: ms(atMs), says: TALKS },
    { at: ms(Math.min(lastsMs - 1, atMs + laterMs)), presses: 'button' as const },
  ]);
  const act = fc
    .tuple(whereabouts(clients), fc.oneof({ weight: 3, arbitrary: single }, bargeIn))
    .map(([hosts, deeds]): Acts => hosts.flatMap((on) => deeds.map((deed) => ({ ...deed, on }))));
  return fc.array(act, { minLength: 1, maxLength: MAX_ACTS }).map((acts) => acts.flat());
}

/** Now and then somebody switches a Pi off for good, late in its life. */
function anyEnd(clients: readonly string[], lastsMs: number): fc.Arbitrary<Acts> {
  const at = fc.noBias(fc.integer({ min: Math.floor(lastsMs / 2), max: lastsMs - 1 }));
  const stop = fc
    .tuple(at, fc.constantFrom(...clients))
    .map(([atMs, on]): Acts => [{ at: ms(atMs), on, stops: 'program' }]);
  return fc.oneof({ weight: 4, arbitrary: fc.constant<Acts>([]) }, stop);
}

/** One of the clients, or all of them at once. */
function whereabouts(clients: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc.oneof(fc.constant(clients), ...clients.map((each) => fc.constant([each])));
}

function anyFaults(
  hosts: Hosts,
  weights: Swarm,
  { awayMs, lastsMs }: Length,
): fc.Arbitrary<readonly PlacedFault[]> {
  const places = { links: linksOf(hosts), server: SERVER };
  const isTls = Object.values(hosts).some((host) => 'tls' in host && host.tls === true);
  // Half of all lives have no certificate that could be wrong; the others make up for them.
  const kinds = weights
    .filter(({ kind }) => isTls || kind !== 'tls')
    .map((each) => (each.kind === 'tls' ? { ...each, weight: 2 * each.weight } : each));
  if (kinds.length === 0) return fc.constant([]);
  const fault = fc
    .oneof(...kinds.map(({ kind, weight }) => ({ arbitrary: fc.constant(kind), weight })))
    .chain((kind) => drawFault(kind, places));
  // A life of days is lived once: its moments are those of the lives of minutes.
  const aims = awayMs > 0 ? [] : [{ weight: 2, arbitrary: aimed }];
  const ambushes = awayMs > 0 ? [] : [ambush(fault)];
  const placing = fc.oneof(anywhere(lastsMs), ...aims);
  const alone = fc.tuple(fc.record({ fault, placing }));
  const several = fc.oneof({ weight: 4, arbitrary: alone }, inBurst(fault, lastsMs), ...ambushes);
  const all = fc.array(several, { minLength: 1, maxLength: MAX_FAULTS });
  const setPiece =
    awayMs > 0
      ? drawAbsence(places, awayMs, lastsMs)
      : fc.oneof(fc.constant([]), drawSetPiece(places));
  return fc
    .tuple(setPiece, all)
    .map(([first, faults]) => [...first, ...faults.flat()].slice(0, MAX_FAULTS));
}

function anywhere(lastsMs: number): fc.Arbitrary<Placing> {
  const at = fc.noBias(fc.integer({ min: 0, max: lastsMs - 1 }));
  return at.map((atMs) => ({ how: 'at' as const, atMs }));
}

const moment = fc.constantFrom<Moment>(...MOMENTS, ...BRIEF_MOMENTS);
const nth = fc.noBias(fc.nat({ max: 30 }));
const offsetMs = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 0, 1) },
  fc.constant(-1),
  fc.noBias(fc.integer({ min: 0, max: 600 })),
);

const aimed: fc.Arbitrary<Placing> = fc.record({
  how: fc.constant('aimed' as const),
  moment,
  nth,
  offsetMs,
});

/** Several faults, one soon after the other. */
function inBurst(
  fault: fc.Arbitrary<TimelessFault>,
  lastsMs: number,
): fc.Arbitrary<readonly PlacedFault[]> {
  const fromMs = fc.noBias(fc.integer({ min: 0, max: lastsMs - BURST_MS - 1 }));
  const laterMs = fc.noBias(fc.nat({ max: BURST_MS }));
  return fc
    .tuple(fromMs, fc.array(fc.tuple(fault, laterMs), { minLength: 2, maxLength: 5 }))
    .map(([startMs, faults]) =>
      faults.map(([each, offset]) => ({
        fault: each,
        placing: { how: 'at', atMs: startMs + offset },
      })),
    );
}

/** Several faults aimed at one moment. */
function ambush(fault: fc.Arbitrary<TimelessFault>): fc.Arbitrary<readonly PlacedFault[]> {
  const faults = fc.array(fc.tuple(fault, offsetMs), { minLength: 2, maxLength: 4 });
  return fc.tuple(moment, nth, faults).map(([at, count, several]) =>
    several.map(([each, offset]) => ({
      fault: each,
      placing: { how: 'aimed', moment: at, nth: count, offsetMs: offset },
    })),
  );
}
