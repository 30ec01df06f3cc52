import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'captive-portal',
  story:
    'A Pi in a hotel: whatever it asks for, the network answers with the page to log in at, or ' +
    'the way to it, and a proxy with a server that is away. Its own server is there all the ' +
    'time. No page is taken for a link, no way is followed, and when somebody has logged in the ' +
    'Pi is connected within a minute. One that dials by TLS sees a stranger’s certificate.',
  hosts: {
    server: { program: 'server' },
    pi: { program: 'client' },
    careful: { program: 'client', tls: true, device: 'careful' },
  },
  latency: '1..100 ms',
  acts: [{ at: '170 s', says: 'hey-jarvis-what-time-is-it' }],
  faults: [
    { at: '0 ms', kind: 'upgrade_answered', status: 302, for: '80..85 s' },
    // A box before the box, for a while.
    { at: '5 s', kind: 'upgrade_answered', status: 200, for: '5 s' },
    { at: '13 s', kind: 'upgrade_answered', status: 503, for: '12 s' },
    {
      at: '0 ms',
      kind: 'upgrade_answered',
      between: ['careful', 'server'],
      status: 200,
      for: '80..85 s',
    },
  ],
  lasts: '200 s',
  expect: [
    {
      that: 'what the network says',
      check: 'sequence',
      of: { type: 'link.failed', host: 'pi', label: 'http_status' },
      field: 'httpStatus',
      is: [302, 302, 200, 503, 302, 302],
    },
    {
      that: 'dials that fail, each by its answer',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi' },
      to: { type: 'link.failed', host: 'pi', label: 'http_status' },
      same: ['connection'],
      before: '75 s',
      atMost: '410 ms',
      times: 6,
    },
    {
      that: 'TCP connections to the box, one for each dial',
      check: 'count',
      of: { type: 'wire.opened', from: 'pi', to: 'portal@server' },
      atLeast: 6,
      atMost: 6,
    },
    {
      that: 'what reaches the server from the Pi meanwhile',
      check: 'count',
      of: { type: 'wire.opened', from: 'pi', to: 'server' },
      before: '80 s',
      atMost: 0,
    },
    {
      that: 'the careful one says why it does not talk to strangers',
      check: 'count',
      of: { type: 'link.failed', host: 'careful', label: 'tls' },
      atLeast: 6,
      atMost: 6,
    },
    {
      that: 'connected when somebody has logged in',
      check: 'within',
      from: { type: 'fault.ended', fault: 'upgrade_answered' },
      to: { type: 'link.connected', host: 'pi' },
      after: '80 s',
      atMost: '62 s',
      times: 1,
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
