import { scenario } from '../src/sim/scenario';

const room = { program: 'client', acoustics: 'echo' } as const;
const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'echo-guard',
  story:
    'Microphone and speaker share a room, and the assistant says "hey jarvis" itself. Nothing of ' +
    'what a Pi plays, be it an answer, one that is broken off, or any of the four cues, comes ' +
    'to its hotword detector or to the server: it neither wakes nor answers itself.',
  hosts: {
    server: { program: 'server', engine: { answers: 'hey-jarvis' } },
    'no-engine': { program: 'server', engine: { start: 'fails' } },
    pi: { ...room, device: 'pi' },
    stopped: { ...room, device: 'stopped' },
    rejected: { ...room, server: 'no-engine' },
    polite: { ...room, device: 'polite', settings: { acknowledge: true } },
  },
  acts: [
    { at: '5 s', says: talks },
    { at: '10..12 s', says: 'turn-on-the-light' },
    { at: '18..20 s', presses: 'button' },
    { at: '25 s', says: talks },
    { at: '40..41 s', says: 'hey-jarvis' },
    { at: '5 s', on: 'stopped', says: talks },
    // In the middle of the answer.
    { at: '8.45..9.1 s', on: 'stopped', presses: 'button' },
    { at: '15..16 s', on: 'stopped', says: talks },
    { at: '5..6 s', on: 'rejected', says: 'hey-jarvis' },
    { at: '5..6 s', on: 'polite', says: 'hey-jarvis' },
    // Once the sound has said that somebody listens.
    { at: '8..9 s', on: 'polite', says: 'turn-on-the-light' },
  ],
  faults: [
    // In the second session: before its answer, in it, and after it.
    { at: '27.6..31 s', kind: 'reset' },
    { at: '32 s', kind: 'refused', for: '20 s' },
    { at: '35 s', kind: 'reset' },
  ],
  lasts: '70 s',
  expect: [
    {
      that: 'bytes of their own voices that reach the hotword or a session',
      check: 'total',
      of: { type: 'echo.heard' },
      field: 'bytes',
      atMost: 0,
    },
    ...(['pi', 'stopped', 'rejected', 'polite'] as const).map((host, at) => ({
      that: `hotwords that '${host}' hears: those of the person`,
      check: 'count' as const,
      of: { type: 'hotword.detected', host },
      atLeast: [3, 2, 1, 1][at],
      atMost: [3, 2, 1, 1][at],
    })),
    {
      that: 'turns of the first session: those of the person',
      check: 'count',
      of: { type: 'turn.started', host: 'server', device: 'pi' },
      before: '25 s',
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'the answer is broken off',
      check: 'within',
      from: { type: 'button.pressed', host: 'stopped' },
      to: { type: 'speaker.silent', host: 'stopped', how: 'stopped' },
      atMost: '300 ms',
    },
    ...(['interrupted', 'listening', 'offline', 'rejected'] as const).map((cue) => ({
      that: `the cue '${cue}' sounds`,
      check: 'count' as const,
      of: { type: 'cue.played', cue },
      atLeast: 1,
      atMost: 1,
    })),
    {
      that: 'the sound that says "yes" comes when somebody listens, and not before',
      check: 'within',
      from: { type: 'session.started', host: 'polite' },
      to: { type: 'cue.played', host: 'polite', cue: 'listening' },
      atMost: '0 ms',
    },
    {
      that: 'what is said after it is answered',
      check: 'count',
      of: { type: 'turn.started', host: 'server', device: 'polite' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the ear opens once the echo has died away, of a cue that follows as well',
      check: 'within',
      from: { type: 'speaker.silent' },
      to: { type: 'microphone.listening' },
      same: ['host'],
      atLeast: '200 ms',
      atMost: '660 ms',
      times: 6,
    },
  ],
});
