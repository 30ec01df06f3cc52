import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'two-devices-one-slot',
  story:
    'A server has room for one device, and the kitchen has it. The Pi in the hall is told so by ' +
    'close code 1013 each time it tries, and tries once a minute; the kitchen, in the middle of ' +
    'its answer or not, notices nothing. When the kitchen is switched off, the hall gets in.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '8 s' }, settings: { maxDevices: 1 } },
    kitchen: { program: 'client', device: 'kitchen' },
    hall: { program: 'client', device: 'hall', startsAt: '5..35 s' },
  },
  acts: [
    { at: '12 s', on: 'kitchen', says: 'hey-jarvis-what-time-is-it' },
    // Nobody is there to hear it.
    { at: '50 s', on: 'hall', says: 'hey-jarvis' },
    { at: '70..100 s', on: 'kitchen', says: 'hey-jarvis-what-time-is-it' },
    { at: '200..230 s', on: 'kitchen', stops: 'program' },
    { at: '310 s', on: 'hall', says: 'hey-jarvis-what-time-is-it' },
  ],
  lasts: '330 s',
  expect: [
    {
      that: 'each dial of the hall is refused for lack of a place',
      check: 'within',
      from: { type: 'link.dialing', host: 'hall' },
      to: { type: 'link.failed', host: 'hall', label: 'busy', code: 1013 },
      before: '200 s',
      same: ['connection'],
      atMost: '50 ms',
      times: 3,
    },
    {
      that: 'the server says the same',
      check: 'count',
      of: { type: 'link.refused', host: 'server', reason: 'no_place', device: 'hall' },
      before: '200 s',
      atLeast: 3,
      atMost: 4,
    },
    {
      that: 'its waits in ms',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'hall' },
      field: 'delayMs',
      ranges: [[60_000, 60_000]],
      times: 3,
    },
    {
      that: 'n grows with each',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'hall' },
      field: 'attempt',
      ranges: [
        [6, 6],
        [7, 7],
        [8, 8],
        [9, 9],
        [10, 10],
      ],
      times: 3,
    },
    {
      that: 'the kitchen has one connection all along',
      check: 'count',
      of: { type: 'link.connected', host: 'kitchen' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'and loses it to nobody',
      check: 'sequence',
      of: { type: 'link.lost', host: 'server' },
      field: 'label',
      is: ['peer_close'],
    },
    {
      that: 'its answers are heard to the end',
      check: 'count',
      of: { type: 'playback.ended', host: 'kitchen', how: 'finished', playedBytes: 256_000 },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'the hall tells whoever speaks to it that it is offline',
      check: 'count',
      of: { type: 'cue.played', host: 'hall', cue: 'offline' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'it gets in once there is a place',
      check: 'within',
      from: { type: 'host.stopped', host: 'kitchen' },
      to: { type: 'link.connected', host: 'hall' },
      atMost: '60.1 s',
    },
    {
      that: 'and is served',
      check: 'count',
      of: { type: 'playback.ended', host: 'hall', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
