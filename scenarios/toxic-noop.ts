import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 64_000;

export default scenario({
  name: 'toxic-noop',
  story:
    'A Toxiproxy stands between the Pi and its server, with a noop in either direction, put ' +
    'there and taken away in the middle of a session. Nobody notices: not a byte, not a ' +
    'millisecond.',
  hosts: { server: { program: 'server', engine: {} }, pi: { program: 'client' } },
  acts: [{ at: '10 s', says: 'hey-jarvis-what-time-is-it' }],
  faults: [
    { at: '0 s', for: '40 s', kind: 'toxic', type: 'noop', stream: 'upstream' },
    { at: '11..15 s', for: '1..3 s', kind: 'toxic', type: 'noop', stream: 'downstream' },
  ],
  lasts: '65 s',
  expect: [
    {
      that: 'the session is acknowledged in one way there, a timer, and one back',
      check: 'within',
      from: { type: 'session.requested', host: 'pi' },
      to: { type: 'session.started', host: 'pi' },
      atLeast: '11 ms',
      atMost: '11 ms',
    },
    {
      that: 'and so is each ping, of either end, in ms',
      check: 'values',
      of: { type: 'heartbeat.pong' },
      field: 'rttMs',
      ranges: [[10, 10]],
      times: 4,
    },
    {
      that: 'the whole answer is heard',
      check: 'count',
      of: {
        type: 'playback.ended',
        host: 'pi',
        how: 'finished',
        receivedBytes: ANSWER_BYTES,
        playedBytes: ANSWER_BYTES,
      },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'TCP connections of the Pi',
      check: 'count',
      of: { type: 'wire.opened', from: 'pi' },
      before: '65 s',
      atMost: 1,
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
