import { scenario } from '../src/sim/scenario';

const QUESTION = 'hey-jarvis-what-time-is-it';

/** A question at 0 s is heard from 0.8 s to 2.9 s, and this much later its engine dies. */
const ENGINES = {
  active: { diesAfter: '0.1..2 s' },
  processing: { diesAfter: '2.3..8 s', answersAfter: '10 s' },
  speaking: {
    diesAfter: '3.5..15 s',
    answersAfter: '500 ms',
    answerLasts: '20 s',
    pieceEvery: '0..100 ms',
  },
} as const;
const STATES = ['active', 'processing', 'speaking'] as const;

const serverOf = (state: string) => `server-${state}`;
const piOf = (state: string) => `pi-${state}`;

export default scenario({
  name: 'ai-drops-mid-session',
  story:
    'The engine hangs up: while somebody speaks, while the answer is awaited, in the middle of ' +
    'the answer. Nobody is left talking to it. The Pi says so, is silent, and listens for the ' +
    'hotword; the next question has an engine of its own, and the same fate.',
  hosts: Object.fromEntries(
    STATES.flatMap((state) => [
      [serverOf(state), { program: 'server' as const, engine: ENGINES[state] }],
      [piOf(state), { program: 'client' as const, server: serverOf(state) }],
    ]),
  ),
  acts: STATES.flatMap((state) => [
    { at: '12 s' as const, on: piOf(state), says: QUESTION },
    { at: '40 s' as const, on: piOf(state), says: QUESTION },
  ]),
  lasts: '65 s',
  expect: [
    ...STATES.flatMap((state) => [
      {
        that: `the state that ${serverOf(state)} is in when it happens`,
        check: 'sequence' as const,
        of: { type: 'state.changed', host: serverOf(state), to: 'passive' },
        field: 'from',
        is: [state, state],
      },
      {
        that: `${serverOf(state)} is in passive mode with nothing in between`,
        check: 'within' as const,
        from: { type: 'engine.failed', host: serverOf(state) },
        to: { type: 'state.changed', host: serverOf(state), to: 'passive' },
        atMost: '0 ms' as const,
        sameStep: true,
        times: 2,
      },
      {
        that: `${piOf(state)} is told`,
        check: 'within' as const,
        from: { type: 'engine.failed', host: serverOf(state) },
        to: { type: 'session.ended', host: piOf(state), reason: 'engine_lost' },
        atMost: '1 s' as const,
        times: 2,
      },
      {
        that: `${piOf(state)} tells the person`,
        check: 'count' as const,
        of: { type: 'cue.played', host: piOf(state), cue: 'interrupted' },
        atLeast: 2,
        atMost: 2,
      },
      {
        that: `${piOf(state)} listens for the hotword again`,
        check: 'within' as const,
        from: { type: 'engine.failed', host: serverOf(state) },
        to: { type: 'microphone.listening', host: piOf(state), purpose: 'hotword' },
        atMost: '6 s' as const,
        times: 2,
      },
    ]),
    {
      that: 'answers that are broken off at the speaker',
      check: 'count',
      of: { type: 'playback.ended', how: 'stopped' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'engines that are closed',
      check: 'count',
      of: { type: 'engine.closed' },
      atLeast: 6,
      atMost: 6,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
