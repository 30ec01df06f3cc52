import { scenario } from '../src/sim/scenario';

const asks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'corrupt-bytes',
  story:
    'A bad cable, or a router with a bad memory: now and then a byte arrives as another, in ' +
    'pings, in questions, in answers, and no checksum notices. What cannot be a frame ends the ' +
    'connection, what can is taken or rejected; nobody crashes, and with a good cable all is ' +
    'well. A word that ends a talk can be lost so, and the Pi makes up for it by its own limit.',
  latency: '2..20 ms',
  acts: [
    ...[60, 105, 150, 195, 240].map((s) => ({
      at: `${s}..${s + 20} s` as const,
      says: asks,
    })),
    // Five minutes after the last of it: no talk lasts longer without an answer.
    { at: '600 s', says: asks },
  ],
  faults: [
    // The first pings, of a few bytes each.
    { at: '25 s', kind: 'corruption', every: 2, for: '10 s' },
    { at: '50 s', kind: 'corruption', every: 20_000, for: '4 min' },
    { at: '120 s', kind: 'corruption', direction: 'upstream', every: 3_000, for: '1 min' },
    { at: '200 s', kind: 'corruption', direction: 'downstream', every: 3_000, for: '1 min' },
  ],
  lasts: '11 min',
  expect: [
    {
      that: 'connections that end by a frame that is none, at either end',
      check: 'count',
      of: { type: 'link.lost' },
      atLeast: 2,
    },
    {
      that: 'each time the Pi is back within a minute',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '70 s',
    },
    {
      that: 'and with a good cable the question is answered to the end',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '600 s',
      atLeast: 1,
      atMost: 1,
    },
  ],
});
