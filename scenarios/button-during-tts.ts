import { scenario } from '../src/sim/scenario';

const QUESTION = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'button-during-tts',
  story:
    'Three seconds into an answer of half a minute somebody has heard enough and presses the ' +
    'button. The Pi is silent at once, the server stops as soon as it can know, and the next ' +
    'question is held over the same connection.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '30 s' } },
    pi: { program: 'client' },
  },
  latency: '2..60 ms',
  acts: [
    { at: '12 s', says: QUESTION },
    { at: '18..18.5 s', presses: 'button' },
    { at: '40 s', says: QUESTION },
  ],
  lasts: '85 s',
  expect: [
    {
      that: 'the speaker is silent after the press',
      check: 'within',
      from: { type: 'button.pressed', host: 'pi' },
      to: { type: 'speaker.silent', host: 'pi', how: 'stopped' },
      atMost: '300 ms',
    },
    {
      that: 'bytes of the answer that were heard',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi', how: 'stopped' },
      field: 'playedBytes',
      atLeast: 70_000,
      atMost: 105_000,
    },
    {
      that: 'the Pi listens for the hotword after the press',
      check: 'within',
      from: { type: 'button.pressed', host: 'pi' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'hotword' },
      atMost: '300 ms',
    },
    {
      that: 'the server ends the session and the turn after the press',
      check: 'within',
      from: { type: 'button.pressed', host: 'pi' },
      to: { type: 'turn.ended', host: 'server', error: 'cancelled' },
      atMost: '60 ms',
    },
    {
      that: 'pieces of the answer that the server sends afterwards',
      check: 'count',
      of: { type: 'audio.sent', host: 'server' },
      after: '18.56 s',
      before: '40 s',
      atMost: 0,
    },
    {
      that: 'connections over which the two sessions are held',
      check: 'sequence',
      of: { type: 'session.started', host: 'pi' },
      field: 'connection',
      is: ['c1', 'c1'],
    },
    {
      that: 'the next answer is heard to its end',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      field: 'playedBytes',
      atLeast: 960_000,
      atMost: 960_000,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
