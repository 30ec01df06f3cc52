import { scenario } from '../src/sim/scenario';

const engine = { answersAfter: '2 s', answerLasts: '6 s' } as const;
const talks = 'hey-jarvis-what-time-is-it';

/** In any state of the session: it streams, waits for the answer, or plays it. */
const WHEN = '12.9..21 s';

const LOSSES = [
  { way: 'graceful', label: 'peer_restart', code: 1012 },
  { way: 'other', label: 'peer_restart', code: 1001 },
  { way: 'killed', label: 'fin' },
] as const;

export default scenario({
  name: 'restart-in-session',
  story:
    'In the middle of a session the server goes away for 4 s: ours with close code 1012, another ' +
    'make with 1001, one that is killed without a word. Each Pi listens for the hotword at once, ' +
    'is back at its second dial, and holds its peace until somebody speaks to it again.',
  hosts: {
    graceful: { program: 'server', engine },
    killed: { program: 'server', engine },
    other: {
      program: 'peer',
      does: { behaviour: 'talks', startsSessions: true, goodbye: 1001 },
    },
    'pi-graceful': { program: 'client', server: 'graceful' },
    'pi-killed': { program: 'client', server: 'killed' },
    'pi-other': { program: 'client', server: 'other' },
  },
  acts: LOSSES.flatMap(({ way }) => [
    { at: '12 s' as const, on: `pi-${way}`, says: talks },
    { at: '40 s' as const, on: `pi-${way}`, says: talks },
  ]),
  faults: [
    { at: WHEN, kind: 'restart', host: 'graceful', for: '4 s' },
    { at: WHEN, kind: 'restart', host: 'other', for: '4 s' },
    { at: WHEN, kind: 'kill', host: 'killed', for: '4 s' },
  ],
  lasts: '55 s',
  expect: [
    ...LOSSES.map(({ way, ...loss }) => ({
      that: `listening for the hotword after the loss of '${way}'`,
      check: 'within' as const,
      from: { type: 'link.lost', host: `pi-${way}`, ...loss },
      to: { type: 'microphone.listening', host: `pi-${way}`, purpose: 'hotword' },
      atMost: '1 s' as const,
    })),
    ...LOSSES.map(({ way }) => ({
      that: `connected after '${way}' is back`,
      check: 'within' as const,
      from: { type: 'host.started', host: way },
      to: { type: 'link.connected', host: `pi-${way}` },
      after: '10 s' as const,
      atMost: '4.1 s' as const,
    })),
    {
      that: 'the waits in ms',
      check: 'values',
      of: { type: 'backoff.scheduled', attempt: 1 },
      field: 'delayMs',
      ranges: [[2_000, 2_999]],
      times: 3,
    },
    {
      that: 'and the second ones',
      check: 'values',
      of: { type: 'backoff.scheduled', attempt: 2 },
      field: 'delayMs',
      ranges: [[4_000, 4_999]],
      times: 3,
    },
    {
      that: 'sessions that resume by themselves',
      check: 'count',
      of: { type: 'session.requested' },
      after: '13 s',
      before: '40 s',
      atMost: 0,
    },
    {
      that: 'audio that leaves for a session that is over',
      check: 'count',
      of: { type: 'audio.sent' },
      after: '21.1 s',
      before: '40 s',
      atMost: 0,
    },
    ...LOSSES.map(({ way }) => ({
      that: `the next session with '${way}'`,
      check: 'count' as const,
      of: { type: 'session.started', host: `pi-${way}` },
      after: '40 s' as const,
      atLeast: 1,
      atMost: 1,
    })),
    {
      that: 'answers that are heard then',
      check: 'count',
      of: { type: 'playback.ended', how: 'finished' },
      after: '40 s',
      atLeast: 2,
      atMost: 2,
    },
  ],
});
