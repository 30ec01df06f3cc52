import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'same-device-replaces',
  story:
    'In the middle of a session the router forgets the connection, and then the Pi’s program ' +
    'dies and starts again. The server still believes in the old connection; the new one wins at ' +
    'once, without waiting for the old one to answer its close frame.',
  acts: [
    { at: '12 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '30 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  faults: [
    { at: '13.5 s', kind: 'silence' },
    { at: '13.6 s', kind: 'kill', host: 'pi', for: '1 s' },
  ],
  lasts: '75 s',
  expect: [
    {
      that: 'the new connection is taken',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi' },
      to: { type: 'link.accepted', host: 'server' },
      after: '14 s',
      atMost: '50 ms',
    },
    {
      that: 'the old one is lost by replacement, and it is the only loss',
      check: 'sequence',
      of: { type: 'link.lost', host: 'server' },
      field: 'label',
      is: ['replaced'],
    },
    {
      that: 'its close code',
      check: 'sequence',
      of: { type: 'link.lost', host: 'server' },
      field: 'code',
      is: [1013],
    },
    {
      that: 'its socket is gone',
      check: 'within',
      from: { type: 'link.replaced', host: 'server' },
      to: { type: 'link.closed', host: 'server' },
      same: ['connection'],
      atMost: '2 s',
    },
    {
      that: 'its conversation is passive with nothing in between',
      check: 'within',
      from: { type: 'link.lost', host: 'server' },
      to: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'after its late close the new connection serves a whole turn',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '30 s',
      atLeast: 1,
      atMost: 1,
    },
  ],
});
