/** What a program is told of its own standstills, whether its time is real or not. */
import { expect } from 'chai';

import type { LinkEvent } from '../../src/events';

/** What may happen to a program in its machine; times in ms. */
export type Trouble =
  | { readonly kind: 'nothing'; readonly ms: number }
  /** The process stands still, and monotonic time goes on. */
  | { readonly kind: 'stall'; readonly ms: number }
  /** The machine sleeps: monotonic time stands still, and the time of day goes on. */
  | { readonly kind: 'sleep'; readonly ms: number }
  /** Somebody sets the time of day. */
  | { readonly kind: 'step'; readonly ms: number };

export interface LagWorld {
  /** What comes of these, one after the other, and some quiet time in the end. */
  live(...troubles: readonly Trouble[]): Promise<Told>;
}

export interface Told {
  readonly events: readonly LinkEvent[];
  /** What `since` says in the end, of an instant before all of it. */
  readonly longestMs: number;
}

/**
 * @param precisionMs - a standstill may be told as shorter than it was, by up to so much; never as
 * longer.
 */
export function lagContract(name: string, precisionMs: number, makeWorld: () => LagWorld): void {
  const told = (...troubles: readonly Trouble[]): Promise<Told> => makeWorld().live(...troubles);

  describe(`${name} keeps the contract of Lag`, () => {
    it('knows of nothing where there was nothing', async () => {
      const { events, longestMs } = await told({ kind: 'nothing', ms: 60_000 });
      expect(events).to.deep.equal([]);
      expect(longestMs).to.be.below(1);
    });

    it('tells a standstill once, and knows the longest', async () => {
      const { events, longestMs } = await told(
        { kind: 'stall', ms: 8_000 },
        { kind: 'nothing', ms: 5_000 },
        { kind: 'stall', ms: 3_000 },
      );
      expect(events.map(({ type }) => type)).to.deep.equal(['loop.stalled', 'loop.stalled']);
      const [first = 0, second = 0] = events.map((event) => ('ms' in event ? event.ms : 0));
      expect(first).to.be.within(8_000 - precisionMs, 8_000);
      expect(second).to.be.within(3_000 - precisionMs, 3_000);
      expect(longestMs).to.equal(first);
    });

    it('knows of a short one, and does not tell it', async () => {
      const { events, longestMs } = await told({ kind: 'stall', ms: 900 });
      expect(events).to.deep.equal([]);
      expect(longestMs).to.be.within(900 - precisionMs, 900);
    });

    for (const byMs of [-3_600_000, -1_000, 1_000, 5_000]) {
      it(`tells a step of the time of day by ${byMs} ms, which is no standstill`, async () => {
        const { events, longestMs } = await told({ kind: 'step', ms: byMs });
        expect(events).to.deep.equal([{ type: 'clock.stepped', byMs }]);
        expect(longestMs).to.be.below(1);
      });
    }

    it('tells no step by less than a second, nor the sum of several', async () => {
      const { events } = await told(
        ...[700, 700, -900].flatMap((ms) => [
          { kind: 'step', ms } as const,
          { kind: 'nothing', ms: 1_000 } as const,
        ]),
      );
      expect(events).to.deep.equal([]);
    });

    it('tells that the machine slept as a step of the time of day, and no standstill', async () => {
      const { events, longestMs } = await told({ kind: 'sleep', ms: 3_600_000 });
      expect(events).to.deep.equal([{ type: 'clock.stepped', byMs: 3_600_000 }]);
      expect(longestMs).to.be.below(1);
    });
  });
}
