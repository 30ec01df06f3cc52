import { scenario } from '../src/sim/scenario';

/** From 2026-01-01, when a run begins, back to 1970-01-01. */
const TO_1970_MS = -1_767_225_600_000;
const HOUR_S = 3_600;

export default scenario({
  name: 'tls-bad-clock',
  story:
    'A Pi without a battery for its clock boots in 1970, and no certificate is valid yet; 40 s ' +
    'later it learns the time from the network. Another finds a certificate that expired, until ' +
    'somebody renews it an hour later. Both say so, both go on asking, and both come up.',
  hosts: {
    server: { program: 'server' },
    pi: { program: 'client', tls: true },
    late: { program: 'client', tls: true, device: 'late' },
  },
  latency: '1..100 ms',
  faults: [
    { at: '0 ms', kind: 'wall_step', host: 'pi', by: TO_1970_MS },
    { at: '40 s', kind: 'wall_step', host: 'pi', by: -TO_1970_MS },
    { at: '0 ms', kind: 'tls', between: ['late', 'server'], code: 'CERT_HAS_EXPIRED', for: '1 h' },
  ],
  lasts: '65 min',
  expect: [
    {
      that: 'dials of the Pi in 1970, each with the clock or the certificate to blame',
      check: 'count',
      of: { type: 'link.failed', host: 'pi', label: 'tls_not_yet_valid' },
      atLeast: 4,
      atMost: 5,
    },
    {
      that: 'dials of the other in its hour',
      check: 'count',
      of: { type: 'link.failed', host: 'late', label: 'tls_expired' },
      atLeast: 62,
      atMost: 65,
    },
    {
      that: 'dials that fail for any other reason',
      check: 'count',
      of: { type: 'link.failed' },
      atLeast: 66,
      atMost: 70,
    },
    {
      that: 'a dial fails when the certificate has come, two round trips after it began',
      check: 'within',
      from: { type: 'link.dialing' },
      to: { type: 'link.failed' },
      same: ['host', 'connection'],
      before: '30 s',
      atMost: '400 ms',
      times: 8,
    },
    {
      that: 'the Pi is connected within a minute of the right time',
      check: 'within',
      from: { type: 'host.wall_stepped', host: 'pi' },
      to: { type: 'link.connected', host: 'pi' },
      after: '40 s',
      before: '41 s',
      atMost: '60 s',
    },
    {
      that: 'and the other within a minute of the new certificate',
      check: 'within',
      from: { type: 'fault.ended', fault: 'tls' },
      to: { type: 'link.connected', host: 'late' },
      after: '59 min',
      atMost: '61 s',
    },
    {
      that: 'the waits of the other in ms: they grow to a minute, and end there',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'late' },
      field: 'delayMs',
      ranges: [
        [2_000, 2_999],
        [4_000, 4_999],
        [8_000, 8_999],
        [16_000, 16_999],
        [32_000, 32_999],
        [60_000, 60_000],
      ],
      times: HOUR_S / 60,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
