import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'inbound-only-dead',
  story:
    'Nothing reaches the Pi any more, and all that it sends arrives. The server hears its pings ' +
    'and has no reason to doubt; it is the Pi that has to notice, and its FIN or its next ' +
    'connection tells the server. Whoever calls it meanwhile hears soon that it cannot be.',
  acts: [
    { at: '52 s', says: talks },
    { at: '80 s', says: talks },
  ],
  faults: [{ at: '31..50 s', kind: 'silence', direction: 'downstream' }],
  lasts: '2 min',
  expect: [
    {
      that: 'the Pi notices',
      check: 'within',
      from: { type: 'fault.began', fault: 'silence' },
      to: { type: 'link.lost', host: 'pi', label: 'heartbeat_timeout' },
      atMost: '40 s',
    },
    {
      // The FIN waits behind bytes whose acknowledgements are lost, and may come second.
      that: 'the server learns it from the Pi',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'link.lost', host: 'server' },
      atMost: '3.1 s',
    },
    {
      that: 'the session that nobody grants is given up, and the person told',
      check: 'within',
      from: { type: 'session.requested', host: 'pi' },
      to: { type: 'cue.played', host: 'pi', cue: 'rejected' },
      before: '60 s',
      atLeast: '5 s',
      atMost: '5.1 s',
    },
    {
      that: 'the server, which had granted it, is told as well',
      check: 'within',
      from: { type: 'session.ended', host: 'pi', reason: 'start_timeout' },
      to: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      atMost: '1.5 s',
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
