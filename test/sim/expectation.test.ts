import { expect } from 'chai';
import type { z } from 'zod';

import type { AnyEvent, RecordedEvent } from '../../src/events';
import { expectationSchema, judge, type Outcome } from '../../src/sim/expectation';

type Input = z.input<typeof expectationSchema>;
type Told = readonly [atMs: number, event: AnyEvent, step?: number];

/** What comes of an expectation over these events, each in a step of its own unless it says. */
function outcome(expectation: Input, told: readonly Told[]): Outcome {
  const one = judge(expectationSchema.parse(expectation));
  told.forEach(([atMs, event, step], index) => {
    const stamp = { seq: index + 1, atMs, wallMs: 0, host: 'pi', boot: 1, step: step ?? index };
    one.observe({ ...stamp, ...event } as RecordedEvent);
  });
  return one.outcome();
}

const killed: AnyEvent = { type: 'host.killed' };
const started: AnyEvent = { type: 'host.started', program: 'client' };
const wait = (delayMs: number): AnyEvent => ({ type: 'backoff.scheduled', attempt: 1, delayMs });

const that = 'it is so';

describe('an expectation', () => {
  describe('count', () => {
    const of = { type: 'host.killed', host: 'pi' };

    it('holds between its bounds, and tells both', () => {
      const bounds = { that, check: 'count', of, atLeast: 1, atMost: 2 } as const;
      const once = outcome(bounds, [
        [1, killed],
        [2, started],
      ]);
      expect(once).to.deep.equal({ that, holds: true, expected: '1 to 2', seen: '1' });
      expect(outcome(bounds, []).holds).to.equal(false);
    });

    it('says when there was one too many', () => {
      const none = outcome({ that, check: 'count', of, atMost: 0 }, [
        [7, killed],
        [9, killed],
      ]);
      expect(none).to.deep.equal({ that, holds: false, expected: 'at most 0', seen: '2', atMs: 7 });
    });

    it('looks from `after` on, and until `before`', () => {
      const window = {
        that,
        check: 'count',
        of,
        after: '5 ms',
        before: '7 ms',
        atLeast: 2,
        atMost: 2,
      } as const;
      expect(
        outcome(
          window,
          [4, 5, 6, 7].map((atMs) => [atMs, killed] as const),
        ).holds,
      ).to.equal(true);
    });

    it('goes by every field that it names', () => {
      const exact = { that, check: 'count', of: { ...of, host: 'spare' }, atMost: 0 } as const;
      expect(outcome(exact, [[1, killed]]).holds).to.equal(true);
    });

    it('is wrong without a bound, for it would hold whatever happens', () => {
      const { error } = expectationSchema.safeParse({ that, check: 'count', of });
      expect(error?.issues[0]?.message).to.equal('must have atLeast, atMost or both');
    });
  });

  describe('rate', () => {
    const rate = {
      that,
      check: 'rate',
      of: { type: 'host.killed' },
      per: '10 ms',
      atMost: 2,
    } as const;

    it('counts in any stretch of time', () => {
      expect(
        outcome(rate, [
          [0, killed],
          [9, killed],
          [10, killed],
        ]).holds,
      ).to.equal(true);
      const three = outcome(rate, [
        [0, killed],
        [5, killed],
        [9, killed],
      ]);
      expect(three).to.include({ holds: false, seen: '3', atMs: 9 });
    });
  });

  describe('within', () => {
    const pair = {
      that,
      check: 'within',
      from: { type: 'host.killed' },
      to: { type: 'host.started' },
      atMost: '10 ms',
    } as const;

    it('holds where each first has its second in time', () => {
      const two = outcome(pair, [
        [0, killed],
        [10, started],
        [20, killed],
        [25, started],
      ]);
      expect(two).to.include({
        holds: true,
        expected: 'within 10 ms',
        seen: '10 ms at most, 2 times',
      });
    });

    it('says when one was late, missing, or too early', () => {
      expect(
        outcome(pair, [
          [0, killed],
          [11, started],
        ]),
      ).to.include({ holds: false, atMs: 11 });
      const missing = outcome(pair, [[5, killed]]);
      expect(missing).to.include({ holds: false, seen: 'nothing after 5 ms', atMs: 15 });
      const early = outcome({ ...pair, atLeast: '4 ms' }, [
        [0, killed],
        [3, started],
      ]);
      expect(early).to.include({ holds: false, expected: 'within 10 ms and not before 4 ms' });
    });

    it('does not hold where it never began, or not often enough', () => {
      expect(outcome(pair, [[0, started]])).to.include({ holds: false, seen: 'it never began' });
      expect(
        outcome({ ...pair, times: 2 }, [
          [0, killed],
          [1, started],
        ]).holds,
      ).to.equal(false);
    });

    it('pairs by the fields that must be the same', () => {
      const lost = (connection: string): AnyEvent => ({ type: 'link.closed', connection });
      const dialled = (connection: string): AnyEvent => ({
        type: 'link.dialing',
        connection,
        attempt: 0,
      });
      const same = {
        ...pair,
        from: { type: 'link.dialing' },
        to: { type: 'link.closed' },
        same: ['connection'],
      };
      expect(
        outcome(same, [
          [0, dialled('a')],
          [1, lost('b')],
        ]).holds,
      ).to.equal(false);
      expect(
        outcome(same, [
          [0, dialled('a')],
          [1, lost('b')],
          [2, lost('a')],
        ]).holds,
      ).to.equal(true);
    });

    it('gives each second to the oldest first alone where their order counts', () => {
      const inOrder = { ...pair, inOrder: true };
      const told: Told[] = [
        [0, killed],
        [8, killed],
        [10, started],
      ];
      expect(outcome(pair, told).holds).to.equal(true);
      expect(outcome(inOrder, told)).to.include({ holds: false, seen: 'nothing after 8 ms' });
      expect(outcome(inOrder, [...told, [19, started]]).atMs).to.equal(19);
      expect(outcome(inOrder, [...told, [18, started]]).holds).to.equal(true);
    });

    it('lets those have their turn that are not judged, where their order counts', () => {
      const inOrder = { ...pair, inOrder: true, after: '5 ms' } as const;
      const told: Told[] = [
        [0, killed],
        [8, killed],
        [20, started],
      ];
      expect(outcome(inOrder, told)).to.include({ holds: false, seen: 'nothing after 8 ms' });
      expect(outcome(inOrder, [...told, [21, started]]).atMs).to.equal(21);
    });

    it('bounds the first of a pair alone by `after` and `before`', () => {
      const window = { ...pair, after: '5 ms', before: '20 ms' } as const;
      const told: Told[] = [
        [0, killed],
        [15, killed],
        [22, started],
        [30, killed],
      ];
      expect(outcome(window, told)).to.include({ holds: true, seen: '7 ms' });
    });

    it('takes the first alone where it is told `once`', () => {
      const told: Told[] = [
        [0, killed],
        [1, started],
        [50, killed],
      ];
      expect(outcome({ ...pair, once: true }, told).holds).to.equal(true);
      expect(outcome(pair, told).holds).to.equal(false);
    });

    it('sees whether another event of the world came between', () => {
      const step = { ...pair, sameStep: true };
      expect(
        outcome(step, [
          [0, killed, 1],
          [0, started, 1],
        ]).holds,
      ).to.equal(true);
      const between = outcome(step, [
        [0, killed, 1],
        [0, started, 2],
      ]);
      expect(between).to.include({ holds: false, seen: '0 ms, with others between' });
    });
  });

  describe('values', () => {
    const values = {
      that,
      check: 'values',
      of: { type: 'backoff.scheduled' },
      field: 'delayMs',
      ranges: [
        [2, 3],
        [4, 5],
      ] as [number, number][],
      times: 3,
    } as const;

    it('takes a range for each in turn, and the last one for the rest', () => {
      expect(
        outcome(values, [
          [0, wait(2)],
          [1, wait(5)],
          [2, wait(4)],
        ]).holds,
      ).to.equal(true);
      const wrong = outcome(values, [
        [0, wait(2)],
        [1, wait(6)],
        [2, wait(4)],
      ]);
      expect(wrong).to.include({
        holds: false,
        expected: '[2, 3] [4, 5]',
        seen: '2, 6, 4',
        atMs: 1,
      });
    });

    it('does not hold where there are too few', () => {
      expect(outcome(values, [[0, wait(2)]]).holds).to.equal(false);
    });
  });

  describe('sequence', () => {
    const sequence = {
      that,
      check: 'sequence',
      of: { type: 'backoff.scheduled' },
      field: 'delayMs',
      is: [1, 2],
    } as const;

    it('holds for exactly these', () => {
      expect(
        outcome({ ...sequence, is: [1, 2] }, [
          [0, wait(1)],
          [1, wait(2)],
        ]).holds,
      ).to.equal(true);
    });

    it('does not hold for fewer, more or others', () => {
      const is = [1, 2];
      expect(outcome({ ...sequence, is }, [[0, wait(1)]])).to.include({ holds: false, seen: '1' });
      expect(outcome({ ...sequence, is }, [])).to.include({ holds: false, seen: 'nothing' });
      const more = outcome({ ...sequence, is }, [
        [0, wait(1)],
        [1, wait(2)],
        [5, wait(3)],
      ]);
      expect(more).to.include({ holds: false, seen: '1, 2, 3', atMs: 5 });
      const other = outcome({ ...sequence, is }, [
        [0, wait(2)],
        [1, wait(1)],
      ]);
      expect(other).to.include({ holds: false, atMs: 0 });
    });
  });

  describe('total', () => {
    it('adds up a field', () => {
      const total = {
        that,
        check: 'total',
        of: { type: 'backoff.scheduled' },
        field: 'delayMs',
        atMost: 5,
      } as const;
      expect(
        outcome(total, [
          [0, wait(2)],
          [1, wait(3)],
        ]),
      ).to.include({ holds: true, seen: '5' });
      expect(
        outcome(total, [
          [0, wait(2)],
          [1, wait(4)],
        ]),
      ).to.include({ holds: false, seen: '6' });
    });

    it('does not hold where the field is none', () => {
      const none = {
        that,
        check: 'total',
        of: { type: 'host.killed' },
        field: 'bytes',
        atMost: 5,
      } as const;
      expect(outcome(none, [[0, killed]]).holds).to.equal(false);
    });
  });
});
