import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'pi-power-cut',
  story:
    'Somebody pulls the plug in the middle of an answer, and 20 s later the Pi is back, as the ' +
    'same device, while the server still speaks to the old one. It is let in at once, the server ' +
    'is in passive mode before it hears anything of it, and what was left of the answer is never ' +
    'heard. Later the plug is out for longer.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '40 s' } },
    pi: { program: 'client' },
  },
  acts: [
    { at: '25 s', says: talks },
    { at: '80 s', says: talks },
  ],
  faults: [
    // The ping at 30 s is answered, so that the server does not notice before the Pi is back.
    { at: '31..45 s', kind: 'power_loss', host: 'pi', for: '20 s' },
    { at: '170..185 s', kind: 'power_loss', host: 'pi', for: '45..50 s' },
  ],
  lasts: '260 s',
  expect: [
    {
      that: 'the plug is pulled in the middle of the answer',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      field: 'to',
      is: ['starting', 'active', 'processing', 'speaking'],
      before: '31 s',
    },
    {
      that: 'the Pi is connected as soon as it is back',
      check: 'within',
      from: { type: 'host.started', host: 'pi' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '50 ms',
      times: 3,
    },
    {
      that: 'it is let in at its hello',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi' },
      to: { type: 'link.accepted', host: 'server' },
      atMost: '50 ms',
      times: 3,
    },
    {
      that: 'how the server loses the Pi, the first time and the second',
      check: 'sequence',
      of: { type: 'link.lost', host: 'server' },
      field: 'label',
      is: ['replaced', 'heartbeat_timeout'],
    },
    {
      that: 'the loss ends the conversation with nothing in between',
      check: 'within',
      from: { type: 'link.lost', host: 'server' },
      to: { type: 'state.changed', host: 'server', from: 'speaking', to: 'passive' },
      once: true,
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'the server is passive before the next session starts',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      field: 'to',
      is: ['passive', 'starting', 'active', 'processing', 'speaking', 'active', 'passive'],
      after: '31 s',
    },
    {
      that: 'bytes of the old answer on the new connection',
      check: 'total',
      of: { type: 'audio.sent', host: 'server' },
      field: 'bytes',
      after: '65.1 s',
      before: '80 s',
      atMost: 0,
    },
    {
      that: 'answers that begin to sound: none twice',
      check: 'count',
      of: { type: 'playback.started', host: 'pi' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'the next answer is heard to its end',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '80 s',
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the long one the server notices by its own heartbeat, and frees the place',
      check: 'within',
      from: { type: 'host.lost_power', host: 'pi' },
      to: { type: 'link.lost', host: 'server', label: 'heartbeat_timeout' },
      after: '150 s',
      atMost: '40 s',
    },
  ],
});
