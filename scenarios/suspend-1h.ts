import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';
/** While the session streams. */
const ACTIVE = '12.85..14.8 s';

export default scenario({
  name: 'suspend-1h',
  story:
    'Four machines in the middle of a question. One sleeps for an hour, and its router forgets ' +
    'the connection: it notices within 45 s of waking up. One sleeps as long, and the server has ' +
    'said goodbye meanwhile. One nods off for some seconds, and the time of day of the last ' +
    'jumps by an hour: nobody kills a live link on the clock alone, so those two lose nothing.',
  hosts: {
    server: { program: 'server' },
    forgotten: { program: 'client', device: 'forgotten' },
    sleeper: { program: 'client', device: 'sleeper' },
    dozer: { program: 'client', device: 'dozer' },
    stepper: { program: 'client', device: 'stepper' },
  },
  acts: [
    ...(['forgotten', 'sleeper', 'dozer', 'stepper'] as const).map((on) => ({
      at: '12 s' as const,
      on,
      says: talks,
    })),
    { at: '70 min', on: 'forgotten', says: talks },
    { at: '70 min', on: 'sleeper', says: talks },
  ],
  faults: [
    { at: ACTIVE, kind: 'suspend', host: 'forgotten', for: '1 h' },
    { at: '15..59 min', kind: 'silence', between: ['forgotten', 'server'] },
    { at: ACTIVE, kind: 'suspend', host: 'sleeper', for: '1 h' },
    { at: ACTIVE, kind: 'suspend', host: 'dozer', for: '1..8 s' },
    { at: ACTIVE, kind: 'wall_step', host: 'stepper', by: 3_600_000 },
  ],
  lasts: '72 min',
  expect: [
    {
      that: 'the server notices by its own heartbeat',
      check: 'within',
      from: { type: 'host.paused', host: 'forgotten' },
      to: { type: 'link.lost', host: 'server', device: 'forgotten', label: 'heartbeat_timeout' },
      atMost: '40 s',
    },
    {
      // By the heartbeat, but for a kernel that had given up on a segment under way.
      that: 'the dead link is noticed after waking up',
      check: 'within',
      from: { type: 'host.resumed', host: 'forgotten' },
      to: { type: 'link.lost', host: 'forgotten' },
      atMost: '45 s',
    },
    {
      that: 'and a link that the server has ended, at the first word',
      check: 'within',
      from: { type: 'host.resumed', host: 'sleeper' },
      to: { type: 'link.lost', host: 'sleeper' },
      atMost: '1 s',
    },
    ...(['forgotten', 'sleeper'] as const).flatMap((host) => [
      {
        that: `'${host}' listens for the hotword after the loss`,
        check: 'within' as const,
        from: { type: 'link.lost', host },
        to: { type: 'microphone.listening', host, purpose: 'hotword' },
        atMost: '1 s' as const,
      },
      {
        that: `'${host}' is connected again`,
        check: 'within' as const,
        from: { type: 'link.lost', host },
        to: { type: 'link.connected', host },
        atMost: '3.1 s' as const,
      },
      {
        that: `'${host}' answers the next question`,
        check: 'count' as const,
        of: { type: 'playback.ended', host, how: 'finished' },
        after: '70 min' as const,
        atLeast: 1,
        atMost: 1,
      },
    ]),
    ...(['dozer', 'stepper'] as const).flatMap((host) => [
      {
        that: `'${host}' keeps its connection`,
        check: 'count' as const,
        of: { type: 'link.lost', host },
        atMost: 0,
      },
      {
        that: `'${host}' has its session until nobody speaks any more`,
        check: 'sequence' as const,
        of: { type: 'session.ended', host },
        field: 'reason',
        is: ['idle'],
      },
    ]),
    {
      that: 'the question is answered over the jump of the clock',
      check: 'count',
      of: { type: 'playback.ended', host: 'stepper', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
