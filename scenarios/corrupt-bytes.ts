import { scenario } from '../src/sim/scenario';

const asks = 'hey-jarvis-what-time-is-it';

/** When somebody asks. The way is bad for as long as an answer may take, and then good again. */
const ASKED_S = [60, 120, 180, 240];

export default scenario({
  name: 'corrupt-bytes',
  story:
    'A bad cable, or a router with a bad memory: now and then a byte arrives as another, in ' +
    'pings, in questions, in answers, and no checksum notices. What cannot be a frame ends the ' +
    'connection, what can is taken or rejected; nobody crashes, and with a good cable all is well.',
  latency: '2..20 ms',
  acts: [
    ...ASKED_S.map((s) => ({ at: `${s}..${s + 5} s` as const, says: asks })),
    { at: '400 s', says: asks },
  ],
  faults: [
    // The first pings, of a few bytes each.
    { at: '25 s', kind: 'corruption', every: 2, for: '10 s' },
    ...ASKED_S.map((s, index) => ({
      at: `${s} s` as const,
      kind: 'corruption' as const,
      direction: (['both', 'upstream', 'downstream', 'both'] as const)[index] ?? 'both',
      every: 3_000,
      for: '20 s' as const,
    })),
  ],
  lasts: '8 min',
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
      after: '400 s',
      atLeast: 1,
      atMost: 1,
    },
  ],
});
