import fc from 'fast-check';

import type { ScenarioInput } from '../sim/scenario';
import { lasting, ms } from './drawn-faults';
import { drawGuest } from './drawn-guest';

export type Hosts = NonNullable<ScenarioInput['hosts']>;

export const SERVER = 'server';

/** Often enough to meet everything else, and not so often as to hide what is without it. */
const aQuarter = fc.constantFrom(true, false, false, false);

/** The clients of ours among these hosts. */
export function clientsOf(hosts: Hosts): string[] {
  return Object.keys(hosts).filter((name) => hosts[name]?.program === 'client');
}

/** A house: the server, a Pi, and now and then another one, or somebody's own program. */
export function drawHosts(): fc.Arbitrary<Hosts> {
  return fc
    .record({
      // Half of the time the parrot.
      engine: fc.option(anyEngine(), { nil: undefined, freq: 2 }),
      tls: fc.boolean(),
      echo: aQuarter,
      acknowledge: aQuarter,
      listeners: fc.constantFrom('quiet', 'quiet', 'quiet', 'quiet', 'throw', 'reject'),
      // Alone, beside another device, or in a fight with one that has its name.
      other: fc.constantFrom('none', 'none', 'none', 'none', 'hall', 'same'),
      guest: fc.option(drawGuest(), { nil: undefined, freq: 5 }),
    })
    .map(({ acknowledge, echo, engine, guest, listeners, other, tls }): Hosts => {
      const client = {
        program: 'client' as const,
        tls,
        acoustics: echo ? ('echo' as const) : ('dead' as const),
        ...(listeners === 'quiet' ? {} : { listeners }),
        ...(acknowledge ? { settings: { acknowledge } } : {}),
      };
      const server = { program: 'server' as const, ...(engine === undefined ? {} : { engine }) };
      const second = { ...client, ...(other === 'hall' ? { device: 'hall' } : {}) };
      return {
        [SERVER]: server,
        pi: client,
        ...(other === 'none' ? {} : { other: second }),
        ...(guest === undefined ? {} : { guest }),
      };
    });
}

/** An engine that mostly works, and is now and then as bad as they come. */
function anyEngine(): fc.Arbitrary<Record<string, unknown>> {
  const rarely = <Value>(value: fc.Arbitrary<Value>) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
  return fc
    .record({
      start: fc.constantFrom('works', 'works', 'works', 'works', 'works', 'fails', 'never'),
      startsAfter: rarely(lasting(1, 8_000)),
      answersAfter: fc.oneof(
        { weight: 9, arbitrary: lasting(1, 16_000) },
        { weight: 1, arbitrary: fc.constant('never') },
      ),
      answerLasts: fc.oneof(
        { weight: 9, arbitrary: lasting(100, 40_000) },
        { weight: 1, arbitrary: fc.constant(ms(0)) },
      ),
      pieceEvery: rarely(lasting(1, 200)),
      pause: rarely(fc.record({ after: lasting(100, 4_000), for: lasting(100, 20_000) })),
      speechFailsAfter: rarely(lasting(100, 8_000)),
      diesAfter: rarely(lasting(500, 60_000)),
      closesAfter: rarely(lasting(1, 12_000)),
      transcript: rarely(fc.constant(' ')),
    })
    .map((script) =>
      Object.fromEntries(Object.entries(script).filter(([, value]) => value !== undefined)),
    );
}
