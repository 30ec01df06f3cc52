import { scenario } from '../src/sim/scenario';

/** What a proxy, a router's login page or a half-started server says instead of 101, in turn. */
const ANSWERS = [503, 302, 200, 401, 'reset', 'fin'] as const;
const LABELS = ['http_status', 'http_status', 'http_status', 'auth', 'dial_closed', 'dial_closed'];
const ROUNDS = 2;
const DIALS = ROUNDS * ANSWERS.length;

export default scenario({
  name: 'upgrade-not-101',
  story:
    'Something that is no server of ours answers at its port: an error, a redirect, a web page, ' +
    'a wrong token, a reset, the end of the connection. Each is one failure with its own label, ' +
    'no redirect is followed, and the Pi never stops asking, as the original did.',
  hosts: {
    server: { program: 'peer', does: { behaviour: 'answers_upgrade', with: [...ANSWERS] } },
    pi: { program: 'client' },
  },
  latency: '1..100 ms',
  lasts: '530 s',
  expect: [
    {
      that: 'each failure has its label',
      check: 'sequence',
      of: { type: 'link.failed', host: 'pi' },
      field: 'label',
      is: Array.from({ length: ROUNDS }, () => LABELS).flat(),
    },
    {
      that: 'and the status that was answered',
      check: 'sequence',
      of: { type: 'link.failed', host: 'pi', label: 'http_status' },
      field: 'httpStatus',
      is: [503, 302, 200, 503, 302, 200],
    },
    {
      that: 'the waits in ms: after a wrong token, and from then on, the longest',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'pi' },
      field: 'delayMs',
      ranges: [
        [2_000, 2_999],
        [4_000, 4_999],
        [8_000, 8_999],
        [60_000, 60_000],
      ],
      times: DIALS,
    },
    {
      that: 'TCP connections, one for each dial: no redirect is followed',
      check: 'count',
      of: { type: 'wire.opened', from: 'pi' },
      atLeast: DIALS,
      atMost: DIALS,
    },
    {
      that: 'each dial is over with its answer',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi' },
      to: { type: 'link.failed', host: 'pi' },
      same: ['connection'],
      atMost: '400 ms',
      times: DIALS,
    },
    {
      that: 'connections that pass for one, and losses of them',
      check: 'count',
      of: { machine: 'link', to: 'connected' },
      atMost: 0,
    },
  ],
});
