import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'same-device-replaces',
  story:
    'In the middle of a session the router forgets the connection, and then the Pi’s program ' +
    'dies and starts again. The server still believes in the old connection; the new one wins at ' +
    'once, without waiting for the old one to answer its close frame. Later somebody starts a ' +
    'spare Pi under the same name: the Pi hears so by 1013, and stays away for a minute.',
  hosts: {
    server: { program: 'server' },
    pi: { program: 'client' },
    spare: { program: 'client', startsAt: '50 s' },
  },
  acts: [
    { at: '12 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '30 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '70 s', on: 'spare', stops: 'program' },
  ],
  faults: [
    { at: '13.5 s', kind: 'silence' },
    { at: '13.6 s', kind: 'kill', host: 'pi', for: '1 s' },
  ],
  lasts: '2 min',
  expect: [
    {
      that: 'the new connection is taken',
      check: 'within',
      from: { type: 'link.dialing' },
      to: { type: 'link.accepted', host: 'server' },
      after: '14 s',
      atMost: '50 ms',
      times: 3,
    },
    {
      that: 'the old one is lost by replacement, both times',
      check: 'sequence',
      of: { type: 'link.lost', host: 'server' },
      field: 'label',
      is: ['replaced', 'replaced', 'peer_close'],
    },
    {
      that: 'it is sent 1013',
      check: 'sequence',
      of: { type: 'link.closing', host: 'server' },
      field: 'code',
      is: [1013, 1013],
    },
    {
      that: 'and where it still listens, it stays away for a minute',
      check: 'within',
      from: { type: 'link.lost', host: 'pi', label: 'replaced', code: 1013, initiator: 'remote' },
      to: { type: 'link.connected', host: 'pi' },
      atLeast: '60 s',
      atMost: '60.1 s',
    },
    {
      that: 'its socket is gone',
      check: 'within',
      from: { type: 'link.replaced', host: 'server' },
      to: { type: 'link.closed', host: 'server' },
      same: ['connection'],
      atMost: '2 s',
      times: 2,
    },
    {
      that: 'its conversation is passive with nothing in between',
      check: 'within',
      from: { type: 'link.lost', host: 'server', label: 'replaced' },
      to: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
      times: 2,
    },
    {
      that: 'passive mode comes before the newcomer is welcomed',
      check: 'within',
      from: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      to: { type: 'link.accepted', host: 'server' },
      atMost: '0 ms',
      sameStep: true,
      times: 2,
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
