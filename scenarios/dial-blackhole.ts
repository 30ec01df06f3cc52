import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'dial-blackhole',
  story:
    'First a firewall swallows every SYN. Then the server’s kernel takes the connection, but its ' +
    'process stands still, and the upgrade is never answered. Neither may hold the Pi up for the ' +
    'two minutes that its own kernel would wait: each dial is given up after 10 s.',
  latency: '1..100 ms',
  faults: [
    { at: '0 ms', kind: 'lost_dials', for: '40..43.9 s' },
    { at: '30 s', kind: 'pause', host: 'server', for: '120..150 s' },
  ],
  lasts: '4 min',
  expect: [
    {
      that: 'each dial into nothing is given up after 10 s',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi' },
      to: { type: 'link.failed', host: 'pi', label: 'dial_timeout' },
      same: ['connection'],
      before: '2 min',
      atLeast: '10 s',
      atMost: '10 s',
      times: 6,
    },
    {
      that: 'TCP connections while SYNs are swallowed',
      check: 'count',
      of: { type: 'wire.opened' },
      before: '40 s',
      atMost: 0,
    },
    {
      that: 'TCP connections on which no upgrade is answered',
      check: 'count',
      of: { type: 'wire.opened' },
      before: '2 min',
      atLeast: 3,
      atMost: 3,
    },
    {
      that: 'each is one failure: the waits in ms',
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
      times: 6,
    },
    {
      that: 'connected after the server goes on: a wait, and the handshake',
      check: 'within',
      from: { type: 'fault.ended', fault: 'pause' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '61 s',
    },
    {
      that: 'of the dials that were given up none comes to life',
      check: 'count',
      of: { type: 'link.connected', host: 'pi' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
