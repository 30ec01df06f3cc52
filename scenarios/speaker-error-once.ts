import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 192_000;

export default scenario({
  name: 'speaker-error-once',
  story:
    'The speaker fails in the middle of an answer. That turn ends with an error, of which the ' +
    'server hears; the next question is answered, and so is the next session. The original lost ' +
    'its playback for good.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '6 s' } },
    pi: { program: 'client' },
  },
  acts: [
    { at: '12 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '24 s', says: 'turn-on-the-light' },
    { at: '36 s', presses: 'button' },
    { at: '38 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  faults: [{ at: '15.5..21.3 s', kind: 'speaker_fails' }],
  lasts: '52 s',
  expect: [
    {
      that: 'how the answers ended',
      check: 'sequence',
      of: { type: 'playback.ended', host: 'pi' },
      field: 'how',
      is: ['device_error', 'finished', 'finished'],
    },
    {
      that: 'bytes that were heard of each: a part of the first, and all of the others',
      check: 'values',
      of: { type: 'playback.ended', host: 'pi' },
      field: 'playedBytes',
      ranges: [
        [0, ANSWER_BYTES - 1],
        [ANSWER_BYTES, ANSWER_BYTES],
      ],
      times: 3,
    },
    {
      that: 'the server is told of the error',
      check: 'within',
      from: { type: 'playback.ended', host: 'pi', how: 'device_error' },
      to: { type: 'turn.ended', host: 'server', error: 'playback_failed' },
      atMost: '50 ms',
    },
    {
      that: 'the person may speak again once the echo has died away',
      check: 'within',
      from: { type: 'playback.ended', host: 'pi', how: 'device_error' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'session' },
      atMost: '200 ms',
    },
    {
      that: 'sessions, of which the button ends the first',
      check: 'sequence',
      of: { type: 'session.ended', host: 'pi' },
      field: 'reason',
      is: ['user'],
    },
    {
      that: 'turns without an error',
      check: 'count',
      of: { type: 'state.changed', host: 'server', from: 'speaking', cause: 'playback_complete' },
      atLeast: 3,
      atMost: 3,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
