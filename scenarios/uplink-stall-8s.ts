import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'uplink-stall-8s',
  story:
    'Somebody talks, and for eight seconds nothing of it leaves the house. When the way is open ' +
    'again the server hears late what was in flight, two seconds of it at most, and then what is ' +
    'said now: nobody is answered to words of long ago, and the connection is the same.',
  hosts: {
    server: { program: 'server', engine: { answersAfter: 'never' } },
    pi: { program: 'client' },
  },
  acts: [
    { at: '10..13 s', says: 'hey-jarvis' },
    // The last second before TCP gets through again: there after 12.6 s, and back a little later.
    { at: '27.2 s', says: 'what-time-is-it' },
    { at: '45 s', presses: 'button' },
  ],
  // Between two heartbeats. TCP sends again 12.6 s after the loss.
  faults: [{ at: '15 s', kind: 'outage', direction: 'upstream', for: '8 s' }],
  lasts: '60 s',
  expect: [
    {
      that: 'bytes that are sent into the stall, and arrive late',
      check: 'total',
      of: { type: 'audio.sent', host: 'pi' },
      field: 'bytes',
      after: '15 s',
      before: '23 s',
      atLeast: 16_000,
      atMost: 64_000,
    },
    {
      that: 'what is said later is of now when it arrives',
      check: 'within',
      from: { type: 'audio.sent', host: 'pi' },
      to: { type: 'audio.received', host: 'server' },
      same: ['session'],
      inOrder: true,
      after: '23 s',
      atMost: '2.5 s',
      times: 100,
    },
    {
      that: 'bytes that would have been too late, and are dropped',
      check: 'total',
      of: { type: 'audio.dropped', host: 'pi', reason: 'uplink_full' },
      field: 'bytes',
      atLeast: 320_000,
      atMost: 370_000,
    },
    {
      that: 'and the words of the last second are heard',
      check: 'count',
      of: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'processing' },
      after: '27 s',
      before: '30 s',
      atLeast: 1,
      atMost: 1,
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
    { that: 'TCP connections', check: 'count', of: { type: 'wire.opened' }, atLeast: 1, atMost: 1 },
  ],
});
