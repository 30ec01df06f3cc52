import { scenario } from '../src/sim/scenario';

const HALL = 'the-token-of-the-hall';
const KITCHEN = 'the-token-of-the-kitchen';
const GARDEN = 'the-token-of-the-garden';
const ADDED_AT = '305 s';
const REMOVED_AT = '100 s';
const turnedAway = ['pi', 'thief', 'forgetful'];

export default scenario({
  name: 'wrong-token',
  story:
    'The server asks for tokens. One Pi has a right one, and is never disturbed. Somebody claims ' +
    'its name with the token of another device, and somebody has none: both are refused before ' +
    'there is a WebSocket, and ask once a minute. So does the Pi in the kitchen, until its token ' +
    'is added while the server runs; within a minute it is in. One that was stolen has its token ' +
    'taken away, and within half a minute its connection. The others give up.',
  hosts: {
    server: {
      program: 'server',
      tokens: [
        { device: 'hall', token: HALL },
        { device: 'kitchen', token: KITCHEN, since: ADDED_AT },
        { device: 'garden', token: GARDEN, until: REMOVED_AT },
      ],
    },
    hall: { program: 'client', device: 'hall', token: HALL },
    pi: { program: 'client', device: 'kitchen', token: KITCHEN },
    stolen: { program: 'client', device: 'garden', token: GARDEN },
    thief: { program: 'client', device: 'hall', token: KITCHEN, startsAt: '1..60 s' },
    forgetful: { program: 'client', device: 'hall', startsAt: '1..60 s' },
  },
  acts: [
    // The thief dials meanwhile, whenever its minute is over.
    ...(['30 s', '65 s', '100 s', '400 s'] as const).map((at) => ({
      at,
      on: 'hall',
      says: 'hey-jarvis-what-time-is-it',
    })),
    { at: '370 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '420..480 s', on: 'thief', stops: 'program' },
    { at: '420..480 s', on: 'forgetful', stops: 'program' },
    { at: '420..480 s', on: 'stolen', stops: 'program' },
  ],
  lasts: '8 min',
  expect: [
    ...turnedAway.map((host) => ({
      that: `of '${host}' each dial is refused, with 401`,
      check: 'count' as const,
      of: { type: 'link.failed', host, label: 'auth', httpStatus: 401 },
      before: ADDED_AT,
      atLeast: 5,
      atMost: 6,
    })),
    {
      that: 'dials that fail otherwise or more often',
      check: 'rate',
      of: { type: 'link.failed' },
      per: '59 s',
      atMost: turnedAway.length + 1,
    },
    {
      that: 'they wait for a minute, each time, in ms',
      check: 'values',
      of: { type: 'backoff.scheduled' },
      field: 'delayMs',
      ranges: [[60_000, 60_000]],
      times: 12,
    },
    ...['thief', 'forgetful'].map((host) => ({
      that: `'${host}' has a WebSocket`,
      check: 'count' as const,
      of: { type: 'link.open', host },
      atMost: 0,
    })),
    {
      that: 'the server says whom it refuses',
      check: 'count',
      of: { type: 'link.refused', host: 'server', reason: 'unauthorized', device: 'kitchen' },
      before: ADDED_AT,
      atLeast: 6,
      atMost: 6,
    },
    {
      that: 'the name of the Pi in the hall is taken once, by itself',
      check: 'count',
      of: { type: 'link.accepted', host: 'server', device: 'hall' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the connection of the stolen one is ended by the server',
      check: 'count',
      of: { type: 'link.lost', host: 'server', device: 'garden', label: 'policy', code: 1008 },
      after: REMOVED_AT,
      before: '130.1 s',
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'connections that are lost, at either end',
      check: 'count',
      of: { type: 'link.lost' },
      before: '420 s',
      atMost: 2,
    },
    {
      that: 'it is not let in again',
      check: 'count',
      of: { type: 'link.failed', host: 'stolen', label: 'auth', httpStatus: 401 },
      atLeast: 4,
    },
    {
      that: 'its questions are answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'hall', how: 'finished' },
      atLeast: 4,
      atMost: 4,
    },
    {
      that: 'the Pi in the kitchen is in within a minute of its token',
      check: 'count',
      of: { type: 'link.connected', host: 'pi' },
      after: ADDED_AT,
      before: '366 s',
      atLeast: 1,
    },
    {
      that: 'and is answered, too',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
