import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'tts-error-midstream',
  story:
    'The voice breaks off within the first seconds of an answer. The Pi is told where the answer ' +
    'ends, plays what there is of it, and listens on: the session lives, and the next question ' +
    'is heard.',
  hosts: {
    server: {
      program: 'server',
      engine: { answerLasts: '8 s', speechFailsAfter: '100..3000 ms', pieceEvery: '0..90 ms' },
    },
    pi: { program: 'client' },
  },
  acts: [
    { at: '12 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '22..24 s', says: 'what-time-is-it' },
  ],
  lasts: '65 s',
  expect: [
    {
      that: 'turns that end with an error',
      check: 'sequence',
      of: { type: 'turn.ended', host: 'server' },
      field: 'error',
      is: ['engine_failed', 'engine_failed'],
    },
    {
      that: 'the Pi is told where the answer ends',
      check: 'within',
      from: { type: 'playback.started', host: 'pi' },
      to: { type: 'control.received', host: 'pi', message: 'tts_stream_end' },
      atMost: '3 s',
      times: 2,
    },
    {
      that: 'what came of the answers is heard',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'bytes of them',
      check: 'values',
      of: { type: 'playback.ended', host: 'pi' },
      field: 'playedBytes',
      ranges: [[3_200, 96_000]],
      times: 2,
    },
    {
      that: 'the microphone is open again',
      check: 'within',
      from: { type: 'playback.ended', host: 'pi' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'session' },
      atMost: '1 s',
      times: 2,
    },
    {
      that: 'the server listens again',
      check: 'within',
      from: { type: 'playback.ended', host: 'pi' },
      to: { type: 'state.changed', host: 'server', from: 'speaking', to: 'active' },
      atMost: '100 ms',
      times: 2,
    },
    {
      that: 'how the one session ends',
      check: 'sequence',
      of: { type: 'session.ended', host: 'pi' },
      field: 'reason',
      is: ['idle'],
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
