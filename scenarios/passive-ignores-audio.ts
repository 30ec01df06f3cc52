import { scenario } from '../src/sim/scenario';

const CHUNK_BYTES = 3_200;

const text = (message: Readonly<Record<string, unknown>>) => ({ text: JSON.stringify(message) });

export default scenario({
  name: 'passive-ignores-audio',
  story:
    'Two strange clients send sound and say that they have played an answer, though no session ' +
    'is on. Nothing of it reaches an engine, no state changes, all of it is counted. One of them ' +
    'talks on for a while after its session has ended, which is nobody’s mistake, and its next ' +
    'session is heard.',
  hosts: {
    server: { program: 'server' },
    stranger: {
      program: 'peer',
      does: {
        behaviour: 'dials_and_talks',
        device: 'stranger',
        says: [
          { at: '1..4 s', bytes: CHUNK_BYTES, times: 40 },
          { at: '5 s', ...text({ type: 'playback_complete', session: 'first', turn: 1 }) },
          { at: '6 s', ...text({ type: 'hotword_detected', session: 'first' }) },
          { at: '7 s', ...text({ type: 'session_end', session: 'first' }) },
          { at: '7.1..9 s', bytes: CHUNK_BYTES, times: 150 },
          { at: '10 s', ...text({ type: 'playback_complete', session: 'first', turn: 1 }) },
          { at: '11 s', ...text({ type: 'hotword_detected', session: 'second' }) },
          { at: '12..14 s', bytes: CHUNK_BYTES, times: 5 },
        ],
      },
    },
    'old-timer': {
      program: 'peer',
      does: {
        behaviour: 'dials_and_talks',
        protocol: 'base',
        device: 'old-timer',
        says: [
          { at: '1..9 s', bytes: CHUNK_BYTES, times: 40 },
          { at: '2..9 s', ...text({ type: 'playback_complete' }) },
        ],
      },
    },
    pi: { program: 'client' },
  },
  acts: [{ at: '20 s', says: 'hey-jarvis-what-time-is-it' }],
  lasts: '70 s',
  expect: [
    {
      that: 'bytes that reach an engine without a session',
      check: 'total',
      of: { type: 'engine.heard' },
      before: '11 s',
      field: 'bytes',
      atMost: 0,
    },
    {
      that: 'pieces of sound where no session was ever on',
      check: 'count',
      of: { type: 'input.rejected', host: 'server', problem: 'unexpected_audio' },
      atLeast: 80,
      atMost: 80,
    },
    {
      that: 'pieces of sound of the session that is over',
      check: 'count',
      of: { type: 'input.rejected', host: 'server', problem: 'stale_audio' },
      before: '20 s',
      atLeast: 150,
      atMost: 150,
    },
    {
      that: 'words about answers that were never given',
      check: 'count',
      of: { type: 'input.rejected', host: 'server', problem: 'stale_message' },
      atLeast: 3,
      atMost: 3,
    },
    {
      that: 'the states of the conversation with the stranger',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', device: 'stranger' },
      field: 'to',
      is: ['starting', 'active', 'passive', 'starting', 'active', 'passive'],
    },
    {
      that: 'changes in the conversation with the old-timer',
      check: 'count',
      of: { type: 'state.changed', host: 'server', device: 'old-timer' },
      atMost: 0,
    },
    {
      that: 'bytes that the stranger’s second session is heard with',
      check: 'total',
      of: { type: 'engine.heard' },
      after: '11 s',
      before: '20 s',
      field: 'bytes',
      atLeast: 5 * CHUNK_BYTES,
      atMost: 5 * CHUNK_BYTES,
    },
    {
      that: 'the question at the Pi is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
