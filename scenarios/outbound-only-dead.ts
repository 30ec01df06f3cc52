import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'outbound-only-dead',
  story:
    'Nothing that the Pi sends arrives any more, but it hears the server’s pings and takes the ' +
    'link for alive. It is the server that has to notice, which gets no pong, and its FIN that ' +
    'tells the Pi. Whoever calls it meanwhile hears soon that it cannot be.',
  acts: [
    { at: '52 s', says: talks },
    { at: '80 s', says: talks },
  ],
  faults: [{ at: '31..50 s', kind: 'silence', direction: 'upstream' }],
  lasts: '2 min',
  expect: [
    {
      that: 'the server notices',
      check: 'within',
      from: { type: 'fault.began', fault: 'silence' },
      to: { type: 'link.lost', host: 'server', label: 'heartbeat_timeout' },
      atMost: '40 s',
    },
    {
      // The FIN waits behind the ping of 10 s ago, which TCP sends again after 12.8 s.
      that: 'and the Pi knows',
      check: 'within',
      from: { type: 'link.lost', host: 'server' },
      to: { type: 'link.lost', host: 'pi', label: 'fin' },
      atMost: '2.9 s',
    },
    {
      that: 'the session of which nobody hears is given up, and the person told',
      check: 'within',
      from: { type: 'session.requested', host: 'pi' },
      to: { type: 'cue.played', host: 'pi', cue: 'rejected' },
      before: '60 s',
      atLeast: '5 s',
      atMost: '5.1 s',
    },
    {
      that: 'the conversation of which the server never heard',
      check: 'count',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      before: '80 s',
      atMost: 0,
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
      after: '80 s',
      atLeast: 1,
      atMost: 1,
    },
  ],
});
