import fc from 'fast-check';

import type { ScenarioInput } from '../sim/scenario';
import { lasting, spread } from './drawn-faults';

type Host = NonNullable<ScenarioInput['hosts']>[string];
type Peer = Extract<Host, { readonly program: 'peer' }>;
type Talker = Extract<Peer['does'], { readonly behaviour: 'dials_and_talks' }>;
export type Frame = Talker['says'][number];

/** What somebody's own program sends, client or server: what it should, and what nobody should. */
export function anyFrames(types: readonly string[]): fc.Arbitrary<Frame[]> {
  return fc.array(aFrame(types), { minLength: 1, maxLength: 12 });
}

function aFrame(types: readonly string[]): fc.Arbitrary<Frame> {
  return fc
    .tuple(
      lasting(1, 60_000),
      fc.oneof(
        { weight: 8, arbitrary: aText(types).map((text) => ({ text })) },
        { weight: 4, arbitrary: fc.record({ bytes: spread(1, 200_000) }) },
        { weight: 2, arbitrary: fc.constant({ sound: 'hey-jarvis-what-time-is-it' }) },
        fc.constant({ ping: true as const }),
        fc.constant({ pong: true as const }),
        fc.constantFrom(1000, 1001, 1008, 3000, 4999).map((close) => ({ close })),
        fc.stringMatching(/^([0-9a-f]{2}){1,12}$/).map((raw) => ({ raw })),
      ),
      fc.constantFrom(1, 1, 1, 1, 2, 30),
    )
    .map(([at, what, times]): Frame => ({ at, ...what, times }));
}

function aText(types: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: aMessage(types).map((message) => JSON.stringify(message)) },
    { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
  );
}

function aMessage(types: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.record(
      {
        type: fc.constantFrom(...types, 'welcome', 'reboot', '__proto__'),
        session: fc.oneof(fc.constantFrom('s1', 's2', '', '../../etc'), fc.constant(7)),
        turn: fc.oneof(fc.constantFrom(0, 1, 2, -1, 1.5), fc.constant('1')),
        trigger: fc.constantFrom('hotword', 'button', 'whim'),
        reason: fc.constantFrom('user', '', 'x'.repeat(300)),
      },
      { requiredKeys: ['type'] },
    ),
    // JSON, but no message: null, numbers, text, lists and what lies deep in them.
    fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown),
  );
}
