import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'drop-mid-tts',
  story:
    'The connection is reset while the Pi plays an answer of which it has 20 s in store. It ' +
    'falls silent within a second and listens for the hotword, instead of talking on.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '26 s' } },
    pi: { program: 'client' },
  },
  acts: [{ at: '12 s', says: 'hey-jarvis-what-time-is-it' }],
  faults: [{ at: '20 s', kind: 'reset' }],
  lasts: '60 s',
  expect: [
    {
      that: 'the speaker is silent after the loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi', label: 'reset' },
      to: { type: 'speaker.silent', host: 'pi', how: 'stopped' },
      atMost: '1 s',
    },
    {
      that: 'bytes that were received',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi', how: 'stopped' },
      field: 'receivedBytes',
      atLeast: 780_000,
    },
    {
      that: 'bytes that were heard of them',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi', how: 'stopped' },
      field: 'playedBytes',
      atMost: 192_000,
    },
    {
      that: 'listening for the hotword after the loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi', label: 'reset' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'hotword' },
      atMost: '1 s',
    },
    {
      that: 'the server is in passive mode with nothing in between',
      check: 'within',
      from: { type: 'link.lost', host: 'server' },
      to: { type: 'state.changed', host: 'server', from: 'speaking', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'the speaker talks on after the loss',
      check: 'count',
      of: { type: 'playback.started', host: 'pi' },
      after: '20 s',
      atMost: 0,
    },
  ],
});
