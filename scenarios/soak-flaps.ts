import { scenario } from '../src/sim/scenario';

const CYCLES = 300;
const CYCLE_S = 20;
const FIRST_S = 10;

const WAYS = ['reset', 'close'] as const;

const cycles = Array.from({ length: CYCLES }, (_, index) => FIRST_S + index * CYCLE_S);
/** When all is quiet again: the link is up, and nobody speaks. */
const calms = cycles.map((beginsAt) => `${beginsAt + CYCLE_S - 1} s` as const);
const END_S = FIRST_S + CYCLES * CYCLE_S;

const perCycle = { atLeast: CYCLES, atMost: CYCLES };
const whatIsHeld = (host: string, held: Readonly<Record<string, number>>) =>
  Object.entries(held).map(([field, count]) => ({
    that: `${field} of '${host}' in every calm`,
    check: 'values' as const,
    of: { type: 'host.inspected', host },
    field,
    ranges: [[count, count]] as [[number, number]],
    times: CYCLES,
  }));

export default scenario({
  name: 'soak-flaps',
  story:
    'Three hundred times somebody asks for the time, and the connection drops: while the ' +
    'question is asked, before the answer or in it. Each time the Pi is back and answers the ' +
    'next one, and in the calm after the last drop it holds what it held after the first.',
  hosts: {
    server: { program: 'server', engine: { answersAfter: '1 s', answerLasts: '3 s' } },
    pi: { program: 'client' },
  },
  acts: [
    ...cycles.map((beginsAt) => ({
      at: `${beginsAt} s` as const,
      says: 'hey-jarvis-what-time-is-it',
    })),
    ...calms.flatMap((at) => [
      { at, on: 'pi', inspects: 'holdings' as const },
      { at, on: 'server', inspects: 'holdings' as const },
    ]),
  ],
  faults: cycles.map((beginsAt, index) => ({
    at: `${beginsAt + 0.9}..${beginsAt + 6} s` as const,
    kind: WAYS[index % WAYS.length] ?? 'reset',
  })),
  lasts: `${END_S} s`,
  expect: [
    ...whatIsHeld('pi', { timers: 1, sockets: 1, dials: 0, devices: 2 }),
    // One of the sockets listens.
    ...whatIsHeld('server', { timers: 1, sockets: 2, dials: 0 }),
    {
      that: 'sessions',
      check: 'count',
      of: { type: 'session.started', host: 'pi' },
      ...perCycle,
    },
    {
      that: 'each drop ends one',
      check: 'count',
      of: { type: 'session.ended', host: 'pi', reason: 'link_lost' },
      ...perCycle,
    },
    {
      that: 'and at the server as well',
      check: 'count',
      of: { type: 'session.ended', host: 'server', reason: 'disconnected' },
      ...perCycle,
    },
    {
      that: 'engines that were closed again',
      check: 'count',
      of: { type: 'engine.closed', host: 'server', timedOut: false },
      ...perCycle,
    },
    {
      that: 'every wait to dial is the first, in ms',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'pi' },
      field: 'delayMs',
      ranges: [[2_000, 2_999]],
      times: CYCLES,
    },
    {
      that: 'connections',
      check: 'count',
      of: { type: 'link.connected', host: 'pi' },
      atLeast: CYCLES + 1,
      atMost: CYCLES + 1,
    },
  ],
});
