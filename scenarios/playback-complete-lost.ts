import { scenario } from '../src/sim/scenario';

/** The answer lasts 4 s; the server waits for 5 s more. */
const ANSWER_BYTES = 128_000;

/** The answer begins at 34.4 s, and before it ends, this happens. */
const during = { at: '35..38 s' } as const;

export default scenario({
  name: 'playback-complete-lost',
  story:
    'The word that an answer was heard never comes: one Pi is heard no more, one stands still ' +
    'and says it much too late, one loses the link. The server waits for the length of the ' +
    'answer and 5 s. The Pi that stood still is heard on in the same session.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '4 s' } },
    'pi-unheard': { program: 'client', device: 'pi-unheard' },
    'pi-late': { program: 'client', device: 'pi-late' },
    'pi-lost': { program: 'client', device: 'pi-lost' },
  },
  acts: [
    ...(['pi-unheard', 'pi-late', 'pi-lost'] as const).map((on) => ({
      at: '31 s' as const,
      on,
      says: 'hey-jarvis-what-time-is-it',
    })),
    { at: '61 s', on: 'pi-late', says: 'what-time-is-it' },
  ],
  faults: [
    { ...during, kind: 'silence', direction: 'upstream', between: ['pi-unheard', 'server'] },
    { ...during, kind: 'pause', host: 'pi-late', for: '9..20 s' },
    { ...during, kind: 'reset', between: ['pi-lost', 'server'] },
  ],
  lasts: '110 s',
  expect: [
    ...(['pi-unheard', 'pi-late'] as const).flatMap((pi) => [
      {
        that: `the server gives up waiting for ${pi}`,
        check: 'within' as const,
        from: { type: 'state.changed', host: 'server', device: pi, to: 'speaking' },
        to: { type: 'state.changed', host: 'server', device: pi, from: 'speaking', to: 'active' },
        once: true,
        atLeast: '9 s' as const,
        atMost: '9.1 s' as const,
      },
      {
        that: `and says so of the turn, in bytes`,
        check: 'total' as const,
        of: { type: 'turn.ended', device: pi, error: 'playback_timeout' },
        field: 'bytes',
        atLeast: ANSWER_BYTES,
        atMost: ANSWER_BYTES,
      },
    ]),
    {
      that: 'the late word is counted, and nothing else',
      check: 'count',
      of: { type: 'input.rejected', host: 'server', problem: 'stale_message' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the next answer in the same session is confirmed',
      check: 'within',
      from: { type: 'turn.started', host: 'server', device: 'pi-late', turn: 2 },
      to: { type: 'state.changed', host: 'server', device: 'pi-late', cause: 'playback_complete' },
      atMost: '4.1 s',
    },
    {
      that: 'with the link lost, the server is in passive mode with nothing in between',
      check: 'within',
      from: { type: 'link.lost', host: 'server', device: 'pi-lost' },
      to: { type: 'state.changed', host: 'server', device: 'pi-lost', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'how each session ends, once',
      check: 'count',
      of: { type: 'session.ended', host: 'server' },
      atLeast: 3,
      atMost: 3,
    },
  ],
});
