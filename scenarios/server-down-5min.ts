import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'server-down-5min',
  story:
    'The server is down for five minutes and refuses every dial. The Pi asks less and less ' +
    'often, never gives up, and is back within a minute of the server.',
  faults: [{ at: '0 ms', kind: 'refused', for: '5 min' }],
  lasts: '375 s',
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
      times: 9,
    },
    {
      that: 'each failure has the label dial_refused',
      check: 'count',
      of: { type: 'link.failed', host: 'pi', label: 'dial_refused' },
      atLeast: 9,
      atMost: 9,
    },
    {
      that: 'connected after the server is back',
      check: 'within',
      from: { type: 'fault.ended', fault: 'refused' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '60 s',
    },
    {
      that: 'losses, where there was no connection to lose',
      check: 'count',
      of: { type: 'link.lost' },
      atMost: 0,
    },
  ],
});
