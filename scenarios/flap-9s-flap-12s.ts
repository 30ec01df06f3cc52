import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'flap-9s-flap-12s',
  story:
    'A server restarts 9 s after each connection, six times, and the Pi must leave it alone for ' +
    'longer and longer. Then its connections live for 12 s: long enough for the waits to start ' +
    'again.',
  hosts: {
    server: {
      program: 'peer',
      does: {
        behaviour: 'accepts_and_closes',
        code: 1012,
        lives: ['9 s', '9 s', '9 s', '9 s', '9 s', '9 s', '12 s'],
      },
    },
    pi: { program: 'client' },
  },
  lasts: '285 s',
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
        [2_000, 2_999],
      ],
      times: 12,
    },
    {
      that: 'each loss is known for a restart of the server',
      check: 'count',
      of: { type: 'link.lost', host: 'pi', label: 'peer_restart', code: 1012 },
      atLeast: 12,
    },
  ],
});
