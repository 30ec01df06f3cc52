import fc from 'fast-check';

import { lasting } from './drawn-faults';
import { anyFrames } from './drawn-frames';
import type { Guest } from './drawn-guest';

type Strangeness = Guest['does'];

const OF_A_SERVER = [
  ...['session_started', 'session_rejected', 'session_end', 'audio_ack'],
  ...['start_of_tts_stream', 'tts_stream_end'],
];

const closeCode = fc.constantFrom(1000, 1001, 1008, 1011, 1012, 1013, 4000);

const talks: fc.Arbitrary<Strangeness> = fc.record({
  behaviour: fc.constant('talks' as const),
  says: anyFrames(OF_A_SERVER),
  startsSessions: fc.boolean(),
});

/** What is behind an address that is not what one thinks, from odd words to none at all. */
const anyStrangeness: fc.Arbitrary<Strangeness> = fc.oneof(
  { weight: 5, arbitrary: talks },
  fc.record({
    behaviour: fc.constant('accepts_and_closes' as const),
    welcomes: fc.boolean(),
    code: closeCode,
    lives: fc.array(lasting(1, 60_000), { minLength: 1, maxLength: 5 }),
  }),
  fc.record({
    behaviour: fc.constant('breaks_off_answers' as const),
    answersAfter: lasting(1, 8_000),
    resetsAfter: lasting(1, 2_000),
  }),
  fc.record({
    behaviour: fc.constant('answers_upgrade' as const),
    with: fc.array(fc.constantFrom(200, 302, 401, 503, 'fin' as const, 'reset' as const), {
      minLength: 1,
      maxLength: 5,
    }),
  }),
  // Between the upgrade and the welcome there is no time at all, where all is well.
  { weight: 5, arbitrary: fc.constant<Strangeness>({ behaviour: 'never_welcomes' }) },
  fc.constant<Strangeness>({ behaviour: 'never_answers' }),
);

/** A server that is none of ours, for a client of ours to dial. */
export function drawStranger(): fc.Arbitrary<Guest> {
  return anyStrangeness.map((does) => ({ program: 'peer' as const, does }));
}
