import { scenario } from '../src/sim/scenario';

/** Answers that are none, or next to none. */
const ENGINES = {
  blank: { transcript: ' \n\t ', answersAfter: '1 s' },
  silent: { answerLasts: '0 ms', answersAfter: '1 s' },
  dot: { transcript: '.', answerLasts: '10..200 ms', answersAfter: '1 s' },
} as const;

const NO_ANSWER = ['processing', 'active'];
const SHORT_ANSWER = ['processing', 'speaking', 'active'];
const TURNS = { blank: NO_ANSWER, silent: NO_ANSWER, dot: SHORT_ANSWER };
const KINDS = ['blank', 'silent', 'dot'] as const;

const serverOf = (kind: string) => `server-${kind}`;
const piOf = (kind: string) => `pi-${kind}`;

export default scenario({
  name: 'whitespace-turn',
  story:
    'The engine answers with white space, with an answer that has no sound, with a full stop. ' +
    'The conversation goes on as if nothing had been said: the next question is heard, and half ' +
    'a minute of silence ends the session.',
  hosts: Object.fromEntries(
    KINDS.flatMap((kind) => [
      [serverOf(kind), { program: 'server' as const, engine: ENGINES[kind] }],
      [piOf(kind), { program: 'client' as const, server: serverOf(kind) }],
    ]),
  ),
  acts: KINDS.flatMap((kind) => [
    { at: '12 s' as const, on: piOf(kind), says: 'hey-jarvis-what-time-is-it' },
    { at: '20..24 s' as const, on: piOf(kind), says: 'what-time-is-it' },
  ]),
  lasts: '65 s',
  expect: [
    ...KINDS.flatMap((kind) => [
      {
        that: `the states of ${serverOf(kind)}`,
        check: 'sequence' as const,
        of: { type: 'state.changed', host: serverOf(kind) },
        field: 'to',
        is: ['starting', 'active', ...TURNS[kind], ...TURNS[kind], 'passive'],
      },
      {
        that: `${serverOf(kind)} listens again after a question`,
        check: 'within' as const,
        from: { type: 'state.changed', host: serverOf(kind), to: 'processing' },
        to: { type: 'state.changed', host: serverOf(kind), to: 'active' },
        atMost: '2 s' as const,
        times: 2,
      },
      {
        that: `the session with ${piOf(kind)} ends in silence`,
        check: 'within' as const,
        from: { type: 'state.changed', host: serverOf(kind), to: 'active' },
        to: { type: 'session.ended', host: serverOf(kind), reason: 'idle' },
        after: '20 s' as const,
        atLeast: '30 s' as const,
        atMost: '30 s' as const,
      },
      {
        that: `answers that ${piOf(kind)} plays`,
        check: 'count' as const,
        of: { type: 'playback.ended', host: piOf(kind), how: 'finished' },
        atLeast: kind === 'dot' ? 2 : 0,
        atMost: kind === 'dot' ? 2 : 0,
      },
    ]),
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
