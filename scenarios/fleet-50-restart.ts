import { scenario } from '../src/sim/scenario';

const CLIENTS = 50;

const fleet = Object.fromEntries(
  Array.from({ length: CLIENTS }, (_, index) => [
    `pi-${index + 1}`,
    { program: 'client' as const, device: `pi-${index + 1}`, startsAt: '0..8 s' as const },
  ]),
);

export default scenario({
  name: 'fleet-50-restart',
  story:
    'The server of fifty Pis restarts, and later again, for longer. It does not meet all of them ' +
    'in the same instant: the chance in their waits spreads their dials over a second, and five ' +
    'seconds after it is up it has them all.',
  hosts: {
    server: { program: 'server', settings: { maxDevices: CLIENTS } },
    ...fleet,
  },
  faults: [
    // Up again before the first of them dials; and after all of them have dialled in vain.
    { at: '20..21 s', kind: 'restart', host: 'server', for: '0.2..1.9 s' },
    { at: '38..39 s', kind: 'restart', host: 'server', for: '3.1..5.5 s' },
  ],
  lasts: '50 s',
  expect: [
    {
      that: 'all are told that the server restarts, both times',
      check: 'count',
      of: { type: 'link.lost', label: 'peer_restart', code: 1012, initiator: 'remote' },
      atLeast: 2 * CLIENTS,
      atMost: 2 * CLIENTS,
    },
    {
      // Five would be their share. That chance alone piles up more than 15 happens in one run of
      // three hundred, and more than 20 in one of a million.
      that: 'dials after the restarts, in any 100 ms',
      check: 'rate',
      of: { type: 'link.dialing' },
      after: '20 s',
      per: '100 ms',
      atMost: 20,
    },
    {
      that: 'connected after the short restart',
      check: 'within',
      from: { type: 'link.lost', initiator: 'remote' },
      to: { type: 'link.connected' },
      same: ['host'],
      before: '38 s',
      atLeast: '2 s',
      atMost: '3.1 s',
      times: CLIENTS,
    },
    {
      that: 'dials in vain: one of each, at the long restart',
      check: 'count',
      of: { type: 'link.failed', label: 'dial_refused' },
      atLeast: CLIENTS,
      atMost: CLIENTS,
    },
    {
      that: 'connected in the end',
      check: 'count',
      of: { type: 'link.connected' },
      atLeast: 3 * CLIENTS,
      atMost: 3 * CLIENTS,
    },
    {
      // The server was away for 3.1 s at least: at most 5 s after it is up.
      that: 'connected after the long restart',
      check: 'within',
      from: { type: 'link.lost', initiator: 'remote' },
      to: { type: 'link.connected' },
      same: ['host'],
      after: '38 s',
      atMost: '8.1 s',
      times: CLIENTS,
    },
  ],
});
