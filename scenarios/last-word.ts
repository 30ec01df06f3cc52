import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'last-word',
  story:
    'Server and router restart together: the server still says so, and that is the last which ' +
    'the router lets through. The socket lingers for two seconds, and the session does not: with ' +
    'the word it is over, and the Pi streams to nobody.',
  latency: '50 ms',
  acts: [
    { at: '18 s', says: 'hey-jarvis' },
    { at: '45 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  faults: [
    { at: '20 s', kind: 'restart', host: 'server', for: '8 s' },
    // The word is on its way for 50 ms, and an answer to it would be for 50 ms more.
    { at: '20.06..20.09 s', kind: 'outage', for: '10 s' },
  ],
  lasts: '60 s',
  expect: [
    {
      that: 'the Pi hears why',
      check: 'count',
      of: { type: 'link.lost', host: 'pi', label: 'peer_restart', code: 1012 },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the session is over with the word',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'session.ended', host: 'pi', reason: 'link_lost' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'the socket two seconds later',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'link.closed', host: 'pi' },
      atLeast: '2 s',
      atMost: '2 s',
    },
    {
      that: 'what the Pi sends to nobody',
      check: 'total',
      of: { type: 'audio.sent', host: 'pi' },
      field: 'bytes',
      after: '20.05 s',
      before: '40 s',
      atMost: 0,
    },
    {
      that: 'a question is answered once they are back',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '45 s',
      atLeast: 1,
      atMost: 1,
    },
  ],
});
