import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'half-open-idle',
  story:
    'The link dies without a word while nobody speaks, for five minutes. Both ends notice by ' +
    'their own heartbeats, and the Pi is back within a minute of the link.',
  faults: [{ at: '100 s', kind: 'outage', for: '5 min' }],
  lasts: '470 s',
  expect: [
    {
      that: 'the Pi notices',
      check: 'within',
      from: { type: 'fault.began', fault: 'outage' },
      to: { type: 'link.lost', host: 'pi', label: 'heartbeat_timeout' },
      atMost: '40 s',
    },
    {
      that: 'the server notices',
      check: 'within',
      from: { type: 'fault.began', fault: 'outage' },
      to: { type: 'link.lost', host: 'server', label: 'heartbeat_timeout' },
      atMost: '40 s',
    },
    {
      that: 'the dead sockets are cut at both ends, not asked to close',
      check: 'within',
      from: { type: 'link.lost', label: 'heartbeat_timeout' },
      to: { type: 'link.closed' },
      same: ['host', 'connection'],
      atMost: '0 ms',
      times: 2,
    },
    {
      that: 'dials into nothing are given up after 10 s',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi' },
      to: { type: 'link.failed', host: 'pi', label: 'dial_timeout' },
      after: '101 s',
      before: '390 s',
      same: ['connection'],
      atMost: '10 s',
      atLeast: '10 s',
      times: 3,
    },
    {
      that: 'connected after the link is back',
      check: 'within',
      from: { type: 'fault.ended', fault: 'outage' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '60 s',
    },
    {
      that: 'the Pi listens for the hotword throughout',
      check: 'sequence',
      of: { type: 'state.changed', host: 'pi', machine: 'client' },
      field: 'to',
      is: ['listening_for_hotword'],
    },
  ],
});
