import fc from 'fast-check';

import type { ScenarioInput } from '../sim/scenario';
import { lasting, ms, spread } from './drawn-faults';
import { anyFrames, type Frame } from './drawn-frames';

type Host = NonNullable<ScenarioInput['hosts']>[string];
export type Guest = Extract<Host, { readonly program: 'peer' }>;

const OF_A_CLIENT = ['hotword_detected', 'session_end', 'playback_complete', 'audio_ack'];

/** A device with a program of somebody else's, in either protocol; it dials once. */
export function drawGuest(): fc.Arbitrary<Guest> {
  return fc
    .record({
      protocol: fc.constantFrom('base' as const, 'tars.v2' as const, 'tars.v2' as const),
      startsAt: lasting(1, 30_000),
      says: fc.oneof(anyFrames(OF_A_CLIENT), hastyTalk),
    })
    .map(({ protocol, says, startsAt }) => ({
      program: 'peer' as const,
      startsAt,
      does: { behaviour: 'dials_and_talks' as const, device: 'guest', protocol, says },
    }));
}

/** One thing that a guest who knows the protocol does, and how long after the last. */
interface Step {
  readonly does: 'asks' | 'speaks' | 'has played' | 'ends';
  readonly afterMs: number;
  readonly turn: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom(
    ...(['asks', 'asks', 'asks', 'speaks', 'speaks', 'speaks', 'speaks'] as const),
    ...(['has played', 'has played', 'has played', 'has played', 'ends'] as const),
  ),
  // In one breath, or as people take turns.
  afterMs: fc.oneof(spread(1, 1_000), fc.noBias(fc.integer({ min: 500, max: 6_000 }))),
  turn: fc.constantFrom(1, 1, 2, 3),
});

/**
 * Somebody who knows the protocol and is in a hurry: asks again before there is an answer, speaks
 * into it, says that it is over early, late, twice, and of another one.
 */
const hastyTalk: fc.Arbitrary<Frame[]> = fc
  .array(step, { minLength: 4, maxLength: 20 })
  .map((steps) => framesOf([{ does: 'asks', afterMs: 1, turn: 1 }, ...steps]));

function framesOf(steps: readonly Step[]): Frame[] {
  let atMs = 0;
  let asked = 0;
  return steps.flatMap(({ afterMs, does, turn }): Frame[] => {
    atMs += afterMs;
    if (does === 'asks') asked += 1;
    const at = ms(atMs);
    const session = `g${asked}`;
    switch (does) {
      case 'asks':
        return [{ at, text: JSON.stringify({ type: 'hotword_detected', session }) }];
      case 'speaks':
        // And a second of silence, or nobody knows that this was all.
        return [
          { at, sound: 'what-time-is-it' },
          { at, bytes: 32_000 },
        ];
      case 'has played':
        return [{ at, text: JSON.stringify({ type: 'playback_complete', session, turn }) }];
      case 'ends':
        return [{ at, text: JSON.stringify({ type: 'session_end', session }) }];
      default:
        return does satisfies never;
    }
  });
}
