import fc from 'fast-check';

import { drawFault, lasting, ms, type FaultPlaces, type TimelessFault } from './drawn-faults';
import type { PlacedFault } from './life';
import type { Moment } from './moments';

/** A fault of this kind, with these fields as they are drawn here, at this moment. */
interface SetPiece {
  readonly kind: TimelessFault['kind'];
  readonly moment: Moment;
  /** Drawn in place of what the kind has; hosts and the like stay. */
  readonly fields?: Readonly<Record<string, fc.Arbitrary<unknown>>>;
  readonly offsetMs?: readonly number[];
}

/** Longer than a deadline may be late, and than any that a client or a server keeps. */
const aStall = lasting(11_000, 45_000);

/** What takes two things at once, and would otherwise be met by one run in thousands. */
const SET_PIECES: readonly SetPiece[] = [
  // The pong waits in the socket while its deadline passes.
  { kind: 'pause', moment: 'ping', fields: { for: aStall }, offsetMs: [-1, 0, 0] },
  // Upgraded, and the welcome is lost.
  { kind: 'outage', moment: 'upgraded', fields: { for: aStall }, offsetMs: [0] },
  { kind: 'silence', moment: 'upgraded', offsetMs: [0] },
  { kind: 'restart', moment: 'answer sounds', offsetMs: [0, 100, 1_000] },
  { kind: 'speaker_fails', moment: 'answer sounds', offsetMs: [0, 50, 500] },
  { kind: 'speaker_fails', moment: 'cue sounds', offsetMs: [0, 50] },
  { kind: 'microphone_fails', moment: 'started', offsetMs: [0, 50, 500] },
  // It is about to be opened again as the program stops.
  { kind: 'microphone_fails', moment: 'stopping', offsetMs: [-800, -100, -1] },
  { kind: 'silence', moment: 'asked', offsetMs: [-1, 0, 1] },
  { kind: 'silence', moment: 'answer sent', offsetMs: [-1, 0, 1] },
  { kind: 'reset', moment: 'answer begins', offsetMs: [0, 1, 20] },
  { kind: 'corruption', moment: 'asked', offsetMs: [-1, 0] },
  // It harms the next dial alone, and is to meet a session that is about to start.
  { kind: 'tls', moment: 'asked', offsetMs: [0, 1] },
  { kind: 'upgrade_answered', moment: 'redial', offsetMs: [-50, -1] },
];

/** Draws one of them. */
export function drawSetPiece(places: FaultPlaces): fc.Arbitrary<readonly PlacedFault[]> {
  return fc
    .constantFrom(...SET_PIECES)
    .chain(({ fields = {}, kind, moment, offsetMs = [0] }) =>
      fc.record({
        fault: fc
          .tuple(drawFault(kind, places), fc.record(fields))
          .map(([fault, forced]) => ({ ...fault, ...forced }) as TimelessFault),
        placing: fc.record({
          how: fc.constant('aimed' as const),
          moment: fc.constant(moment),
          nth: fc.noBias(fc.nat({ max: 30 })),
          offsetMs: fc.constantFrom(...offsetMs),
        }),
      }),
    )
    .map((placed) => [placed]);
}

const ABSENCES = ['refused', 'outage', 'dns', 'unreachable', 'kill', 'lost_dials'] as const;

/** Draws an absence of the network or the server that lasts so long. */
export function drawAbsence(
  places: FaultPlaces,
  awayMs: number,
  lastsMs: number,
): fc.Arbitrary<readonly PlacedFault[]> {
  const fault = fc
    .constantFrom(...ABSENCES)
    .chain((kind) => drawFault(kind, places))
    .map((drawn) => ({
      ...drawn,
      // A Pi that is off waits for nobody.
      ...(drawn.kind === 'kill' ? { host: places.server } : {}),
      for: ms(awayMs),
    }));
  const atMs = fc.noBias(fc.integer({ min: 0, max: lastsMs - awayMs }));
  return fc
    .tuple(fault, atMs)
    .map(([absence, at]) => [
      { fault: absence as TimelessFault, placing: { how: 'at' as const, atMs: at } },
    ]);
}
