import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'outage-24h',
  story:
    'The server is away for a whole day, and nothing answers at its port. The Pi asks once a ' +
    'minute, no more and no less, writes no more than it should into its journal, and is back ' +
    'within a minute of the server. The original gave up after 1,023 failures.',
  latency: '1..50 ms',
  acts: [{ at: '1449 min', says: 'hey-jarvis-what-time-is-it' }],
  faults: [{ at: '20..80 s', kind: 'kill', host: 'server', for: '1439..1441 min' }],
  lasts: '1450 min',
  expect: [
    {
      that: 'the waits in ms',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'pi' },
      field: 'delayMs',
      ranges: [
        [2_000, 2_999],
        [4_000, 4_999],
        [8_000, 8_999],
        [16_000, 16_999],
        [32_000, 32_999],
        [60_000, 60_000],
      ],
      times: 1_430,
    },
    {
      that: 'dials of the day',
      check: 'count',
      of: { type: 'link.dialing', host: 'pi' },
      atLeast: 1_430,
      atMost: 1_450,
    },
    {
      that: 'lines of the journal',
      check: 'count',
      of: { host: 'pi' },
      durable: true,
      atMost: 15_000,
    },
    {
      that: 'the one loss',
      check: 'sequence',
      of: { type: 'link.lost', host: 'pi' },
      field: 'label',
      is: ['fin'],
    },
    {
      that: 'connected after the server is back: a wait, and the handshake',
      check: 'within',
      from: { type: 'server.listening', host: 'server' },
      to: { type: 'link.connected', host: 'pi' },
      after: '23 h',
      atMost: '60.4 s',
    },
    {
      that: 'and a question is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
