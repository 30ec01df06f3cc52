import fc from 'fast-check';

import type { ScenarioInput } from '../sim/scenario';
import { lasting, ms } from './drawn-faults';

type Host = NonNullable<ScenarioInput['hosts']>[string];
type Engine = NonNullable<Extract<Host, { readonly program: 'server' }>['engine']>;

const rarely = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

/** At once, or as long as it takes to reach one by the internet. */
const anyStart = fc.oneof(
  lasting(1, 8_000),
  fc.noBias(fc.integer({ min: 300, max: 4_000 })).map(ms),
);

/** A breath, or longer than anybody waits for the next word. */
const aPause = fc.oneof(lasting(100, 20_000), lasting(6_000, 20_000));

/** Ends a session where it is what is understood. */
const FAREWELL = 'Thank you, that’s all.';

/** An engine that mostly works, and is now and then as bad as they come. */
export function drawEngine(): fc.Arbitrary<Engine> {
  return fc
    .record({
      start: fc.constantFrom('works', 'works', 'works', 'works', 'works', 'fails', 'never'),
      startsAfter: fc.option(anyStart, { nil: undefined, freq: 2 }),
      answersAfter: fc.oneof(
        { weight: 9, arbitrary: lasting(1, 16_000) },
        { weight: 1, arbitrary: fc.constant('never' as const) },
      ),
      answerLasts: fc.oneof(
        { weight: 9, arbitrary: lasting(100, 40_000) },
        { weight: 1, arbitrary: fc.constant(ms(0)) },
      ),
      answers: rarely(fc.constantFrom('its-half-past-nine', 'hey-jarvis')),
      repeats: rarely(fc.constant(true)),
      hears: rarely(fc.constantFrom([FAREWELL], ['What time is it?', FAREWELL])),
      pieceEvery: rarely(lasting(1, 200)),
      pause: rarely(fc.record({ after: lasting(100, 4_000), for: aPause })),
      interruptsAfter: rarely(lasting(1, 20_000)),
      speechFailsAfter: rarely(lasting(100, 8_000)),
      diesAfter: rarely(lasting(500, 60_000)),
      closesAfter: rarely(lasting(1, 12_000)),
      answersAfterClose: rarely(lasting(1, 20_000)),
      transcript: rarely(fc.constant(' ')),
    })
    .map((script) =>
      Object.fromEntries(Object.entries(script).filter(([, value]) => value !== undefined)),
    );
}
