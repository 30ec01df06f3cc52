import { scenario } from '../src/sim/scenario';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The first NTP sync of a Pi without a battery, an NTP server that is wrong, and DST. */
const STEPS_MS = [50 * 365 * DAY_MS, -14 * DAY_MS, HOUR_MS, -HOUR_MS];

/** With this engine a question that is begun at 0 s is in each state for at least so long. */
const engine = { startsAfter: '1 s', answersAfter: '3 s', answerLasts: '6 s' } as const;
const DURING = {
  listening: [0, 0.7],
  starting: [0.85, 1.75],
  active: [1.9, 2.8],
  processing: [3, 5.8],
  speaking: [6, 11.8],
  again: [12, 18],
} as const;

const rounds = STEPS_MS.map((by, index) => ({ by, beginsAt: 20 + index * 40 }));
const between = (from: number, to: number) => `${from}..${to} s` as const;

/** Either end steps by itself: one of them is always the first to know. */
const steps = (by: number, from: number, to: number) =>
  (['pi', 'server'] as const).map((host) => ({
    at: between(from, to),
    kind: 'wall_step' as const,
    host,
    by,
  }));

export default scenario({
  name: 'ntp-and-dst',
  story:
    'The time of day jumps by fifty years, back by two weeks, and by an hour to and fro, at both ' +
    'and in every state: while the Pi waits to dial, listens, starts, streams, waits for the ' +
    'answer and plays it. Nothing is lost by it, and nothing comes sooner or later.',
  hosts: { server: { program: 'server', engine }, pi: { program: 'client' } },
  acts: rounds.flatMap(({ beginsAt }) => [
    { at: `${beginsAt} s` as const, says: 'hey-jarvis-what-time-is-it' },
    { at: `${beginsAt + 18} s` as const, presses: 'button' as const },
  ]),
  faults: [
    { at: '0 ms', kind: 'refused', for: '5 s' },
    ...STEPS_MS.flatMap((by) => steps(by, 0.1, 5)),
    ...rounds.flatMap(({ beginsAt, by }) =>
      Object.values(DURING).flatMap(([from, to]) => steps(by, beginsAt + from, beginsAt + to)),
    ),
  ],
  lasts: '200 s',
  expect: [
    {
      that: 'the waits to dial, in ms',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'pi' },
      field: 'delayMs',
      ranges: [
        [2_000, 2_999],
        [4_000, 4_999],
      ],
      times: 2,
    },
    {
      that: 'jumps of the time of day, two for each state, step and end',
      check: 'count',
      of: { type: 'host.wall_stepped' },
      atLeast: 56,
      atMost: 56,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
    {
      that: 'each hotword is heard',
      check: 'count',
      of: { type: 'session.started', host: 'pi' },
      atLeast: rounds.length,
      atMost: rounds.length,
    },
    {
      that: 'and each press of the button, which alone ends sessions',
      check: 'sequence',
      of: { type: 'session.ended', host: 'pi' },
      field: 'reason',
      is: rounds.map(() => 'user'),
    },
    {
      that: 'every answer takes its time, and is heard in full',
      check: 'within',
      from: { type: 'playback.started', host: 'pi' },
      to: { type: 'playback.ended', host: 'pi', how: 'finished', playedBytes: 192_000 },
      same: ['session'],
      atLeast: '6 s',
      atMost: '6 s',
      times: rounds.length,
    },
    {
      that: 'the heartbeat keeps its pace',
      check: 'within',
      from: { type: 'heartbeat.sent', host: 'pi' },
      to: { type: 'heartbeat.sent', host: 'pi' },
      before: '160 s',
      atLeast: '30 s',
      atMost: '30 s',
      times: 5,
    },
    {
      that: 'each ping is answered as fast as ever',
      check: 'values',
      of: { type: 'heartbeat.pong' },
      field: 'rttMs',
      ranges: [[10, 11]],
      times: 10,
    },
  ],
});
