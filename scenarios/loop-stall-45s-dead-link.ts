import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'loop-stall-45s-dead-link',
  story:
    'The router forgets the connection, and after the next ping the Pi’s process stands still ' +
    'for 45 s. When it goes on nothing waits in its socket. It looks for a pong once more, for ' +
    '5 s and no longer, and then the dead link is known for one.',
  acts: [{ at: '3 min', says: 'hey-jarvis-what-time-is-it' }],
  faults: [
    { at: '61..89 s', kind: 'silence' },
    { at: '91..98 s', kind: 'pause', host: 'pi', for: '43..45 s' },
  ],
  lasts: '4 min',
  expect: [
    {
      that: 'the Pi notices: a heartbeat, the stall and the grace',
      check: 'within',
      from: { type: 'fault.began', fault: 'silence' },
      to: { type: 'link.lost', host: 'pi', label: 'heartbeat_timeout' },
      atMost: '90 s',
    },
    {
      that: 'the lag is recorded as soon as the Pi goes on',
      check: 'within',
      from: { type: 'host.resumed', host: 'pi' },
      to: { type: 'heartbeat.late', host: 'pi' },
      atMost: '0 ms',
    },
    {
      that: 'the grace is given once',
      check: 'within',
      from: { type: 'heartbeat.late', host: 'pi' },
      to: { type: 'link.lost', host: 'pi' },
      atLeast: '5 s',
      atMost: '5 s',
    },
    {
      that: 'the server, which never stood still, notices by its own heartbeat',
      check: 'within',
      from: { type: 'fault.began', fault: 'silence' },
      to: { type: 'link.lost', host: 'server', label: 'heartbeat_timeout' },
      atMost: '40 s',
    },
    {
      that: 'connected again after the loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '3.1 s',
    },
    {
      that: 'the next question is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
