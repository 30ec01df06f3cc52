import { scenario } from '../src/sim/scenario';

/** The answer lasts 6 s, in pieces of 3,200 bytes. */
const ANSWER_BYTES = 192_000;

export default scenario({
  name: 'tts-gap-5s',
  story:
    'In the middle of an answer the voice pauses for 5 s, and the speaker runs dry. The pause ' +
    'is not the end: the microphone stays closed, the rest is heard, and the answer is confirmed ' +
    'once.',
  hosts: {
    server: {
      program: 'server',
      engine: {
        answerLasts: '6 s',
        pieceEvery: '60..95 ms',
        pause: { after: '1..4 s', for: '5 s' },
      },
    },
    pi: { program: 'client' },
  },
  acts: [{ at: '12 s', says: 'hey-jarvis-what-time-is-it' }],
  lasts: '65 s',
  expect: [
    {
      that: 'the pause is heard',
      check: 'within',
      from: { type: 'speaker.started', host: 'pi' },
      to: { type: 'speaker.silent', host: 'pi', how: 'finished' },
      atLeast: '9.3 s',
      atMost: '11.1 s',
    },
    {
      that: 'bytes that are heard',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      field: 'playedBytes',
      atLeast: ANSWER_BYTES,
      atMost: ANSWER_BYTES,
    },
    {
      that: 'who hears the microphone',
      check: 'sequence',
      of: { type: 'microphone.listening', host: 'pi' },
      field: 'purpose',
      is: ['hotword', 'session', 'nothing', 'session', 'hotword'],
    },
    {
      that: 'the answer is confirmed once',
      check: 'count',
      of: { type: 'control.received', host: 'server', message: 'playback_complete' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the states of the conversation',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server' },
      field: 'to',
      is: ['starting', 'active', 'processing', 'speaking', 'active', 'passive'],
    },
    {
      that: 'turns that end with an error',
      check: 'count',
      of: { type: 'turn.ended', host: 'server', error: 'engine_stalled' },
      atMost: 0,
    },
  ],
});
