import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'drop-in-active',
  story:
    'The router resets the connection in the middle of a question. The Pi gives a cue and ' +
    'listens again at once; the next question, once it has dialled again, is answered.',
  acts: [
    { at: '12 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '25 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  faults: [{ at: '13.8 s', kind: 'reset' }],
  lasts: '70 s',
  expect: [
    {
      that: 'the reset hits a session that streams',
      check: 'within',
      from: { type: 'fault.began', fault: 'reset' },
      to: { type: 'state.changed', host: 'pi', from: 'active_session', cause: 'link_lost' },
      atMost: '50 ms',
    },
    {
      that: 'the Pi hears the hotword again after the loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi', label: 'reset' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'hotword' },
      atMost: '1 s',
    },
    {
      that: 'the person is told',
      check: 'count',
      of: { type: 'cue.played', host: 'pi', cue: 'interrupted' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'connected again after the loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi', label: 'reset' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '3.1 s',
    },
    {
      that: 'the server is in passive mode with nothing in between',
      check: 'within',
      from: { type: 'link.lost', host: 'server' },
      to: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'the next question is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '25 s',
      atLeast: 1,
      atMost: 1,
    },
  ],
});
