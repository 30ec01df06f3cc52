import { scenario } from '../src/sim/scenario';

const QUESTION = 'what-time-is-it';

/** When the engine hears somebody go on, from the end of the question: no answer, some, or all. */
const ENGINES = {
  awaited: { answersAfter: '3 s', interruptsAfter: '1..2.9 s' },
  coming: { answerLasts: '8 s', pieceEvery: '100 ms', interruptsAfter: '2..7 s' },
  playing: { answerLasts: '8 s', interruptsAfter: '2..7 s' },
} as const;
const KINDS = ['awaited', 'coming', 'playing'] as const;
const SOUNDING = ['coming', 'playing'] as const;

const serverOf = (kind: string) => `server-${kind}`;
const piOf = (kind: string) => `pi-${kind}`;

export default scenario({
  name: 'engine-interrupts',
  story:
    'The engine hears that the person goes on: while its answer is awaited, while it comes, ' +
    'while all of it has come and still plays. The Pi is silent at once, and both listen on in ' +
    'the same session; the next question has the same fate.',
  hosts: Object.fromEntries(
    KINDS.flatMap((kind) => [
      [serverOf(kind), { program: 'server' as const, engine: ENGINES[kind] }],
      [piOf(kind), { program: 'client' as const, server: serverOf(kind) }],
    ]),
  ),
  latency: '2..60 ms',
  acts: KINDS.flatMap((kind) => [
    { at: '12 s' as const, on: piOf(kind), says: `hey-jarvis-${QUESTION}` },
    { at: '28 s' as const, on: piOf(kind), says: QUESTION },
  ]),
  lasts: '80 s',
  expect: [
    {
      that: 'the states of a conversation whose answer is awaited',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server-awaited', machine: 'conversation' },
      field: 'to',
      is: ['starting', 'active', 'processing', 'active', 'processing', 'active', 'passive'],
    },
    {
      that: 'answers where they are awaited',
      check: 'count',
      of: { type: 'turn.started', host: 'server-awaited' },
      atMost: 0,
    },
    ...SOUNDING.flatMap((kind) => [
      {
        that: `answers that are broken off, ${kind}`,
        check: 'sequence' as const,
        of: { type: 'turn.ended', host: serverOf(kind) },
        field: 'error',
        is: ['interrupted', 'interrupted'],
      },
      {
        that: `the speaker is silent when the word of it comes, ${kind}`,
        check: 'count' as const,
        of: { type: 'playback.ended', host: piOf(kind), how: 'stopped' },
        atLeast: 2,
        atMost: 2,
      },
      {
        that: `of 256,000 bytes some are heard and some are not, ${kind}`,
        check: 'values' as const,
        of: { type: 'playback.ended', host: piOf(kind) },
        field: 'playedBytes',
        ranges: [[25_000, 235_000] as [number, number]],
        times: 2,
      },
      {
        that: `the Pi confirms in the same step, ${kind}`,
        check: 'within' as const,
        from: { type: 'playback.ended', host: piOf(kind) },
        to: { type: 'control.sent', host: piOf(kind), message: 'playback_complete' },
        atMost: '0 ms' as const,
        sameStep: true,
        times: 2,
      },
      {
        that: `the server listens after a way there and back, ${kind}`,
        check: 'within' as const,
        from: { type: 'playback.ended', host: piOf(kind) },
        to: { type: 'state.changed', host: serverOf(kind), from: 'speaking', to: 'active' },
        atMost: '60 ms' as const,
        times: 2,
      },
      {
        that: `the microphone is open again when the echo is over, ${kind}`,
        check: 'within' as const,
        from: { type: 'playback.ended', host: piOf(kind) },
        to: { type: 'microphone.listening', host: piOf(kind), purpose: 'session' },
        atMost: '250 ms' as const,
        times: 2,
      },
    ]),
    {
      that: 'the Pi is silent in the step in which the answer ends before it is complete',
      check: 'within',
      from: { type: 'control.received', host: 'pi-coming', message: 'tts_stream_end' },
      to: { type: 'playback.ended', host: 'pi-coming' },
      atMost: '0 ms',
      sameStep: true,
      times: 2,
    },
    {
      that: 'of an answer that comes, nothing does after the interruption',
      check: 'values',
      of: { type: 'playback.ended', host: 'pi-coming' },
      field: 'receivedBytes',
      ranges: [[25_000, 240_000]],
      times: 2,
    },
    {
      that: 'of an answer that plays, all had come',
      check: 'values',
      of: { type: 'playback.ended', host: 'pi-playing' },
      field: 'receivedBytes',
      ranges: [[256_000, 256_000]],
      times: 2,
    },
    ...KINDS.map((kind) => ({
      that: `how the one session ends, ${kind}`,
      check: 'sequence' as const,
      of: { type: 'session.ended', host: piOf(kind) },
      field: 'reason',
      is: ['idle'],
    })),
    {
      that: 'words out of place',
      check: 'count',
      of: { type: 'input.rejected', problem: 'stale_message' },
      atMost: 0,
    },
    { that: 'cues', check: 'count', of: { type: 'cue.played' }, atMost: 0 },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
