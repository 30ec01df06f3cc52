import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'loop-stall-12s',
  story:
    'Right after a ping the Pi’s process stands still for 12 s: a slow card, or too much swap. ' +
    'The pong comes and waits in the socket, and when the Pi goes on, the deadline for it runs ' +
    'before it is read. That must not cost a link that is alive, and the lag is recorded.',
  latency: '50 ms',
  acts: [{ at: '50 s', says: 'hey-jarvis-what-time-is-it' }],
  faults: [
    // Makes the welcome late, so that the server’s own pings come before the Pi’s, not with them.
    { at: '0 ms', kind: 'latency', direction: 'downstream', oneWay: '20 ms', for: '10 s' },
    { at: '30.245..30.335 s', kind: 'pause', host: 'pi', for: '11.2..14.5 s' },
  ],
  lasts: '100 s',
  expect: [
    {
      that: 'the stall begins after a ping and before its pong',
      check: 'within',
      from: { type: 'heartbeat.sent', host: 'pi' },
      to: { type: 'host.paused', host: 'pi' },
      before: '31 s',
      atMost: '100 ms',
    },
    {
      that: 'the lag is recorded, in ms',
      check: 'values',
      of: { type: 'heartbeat.late', host: 'pi' },
      field: 'lateMs',
      ranges: [[1_001, 5_000]],
      times: 1,
    },
    {
      that: 'the pong is read as soon as the Pi goes on',
      check: 'within',
      from: { type: 'host.resumed', host: 'pi' },
      to: { type: 'heartbeat.pong', host: 'pi' },
      atMost: '0 ms',
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
    {
      that: 'the heartbeat goes on',
      check: 'count',
      of: { type: 'heartbeat.pong', host: 'pi' },
      atLeast: 3,
      atMost: 3,
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
