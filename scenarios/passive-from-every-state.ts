import { scenario } from '../src/sim/scenario';

/** With this engine a turn that begins at 0 s is in each state at a known time. */
const engine = {
  startsAfter: '1 s',
  answersAfter: '3 s',
  answerLasts: '6 s',
  closesAfter: '2 s',
} as const;

const DURING = { starting: 1.3, active: 2.4, processing: 4.5, speaking: 9 } as const;
const STATES = ['starting', 'active', 'processing', 'speaking'] as const;

/**
 * How a Pi goes: the connection reset, ended, the program killed, or told to stop (close code
 * 1000).
 */
const WAYS = [
  { kind: 'reset' },
  { kind: 'close' },
  { kind: 'kill', host: 'pi', for: '2 s' },
  { kind: 'restart', host: 'pi', for: '4 s' },
] as const;

const rounds = WAYS.flatMap((way, w) =>
  STATES.map((state, s) => ({ way, state, beginsAt: 15 + (w * STATES.length + s) * 30 })),
);

export default scenario({
  name: 'passive-from-every-state',
  story:
    'The Pi goes away in every state of a conversation, and in every way: reset, FIN, killed, ' +
    'stopped. Each time the server is in passive mode before anything else happens, and the ' +
    'engine is closed.',
  hosts: { server: { program: 'server', engine }, pi: { program: 'client' } },
  acts: rounds.map(({ beginsAt }) => ({
    at: `${beginsAt} s` as const,
    says: 'hey-jarvis-what-time-is-it',
  })),
  faults: [
    // In passive mode: nothing changes but the log.
    { at: '5 s', kind: 'reset' },
    ...rounds.map(({ beginsAt, state, way }) => ({
      at: `${beginsAt + DURING[state]} s` as const,
      ...way,
    })),
  ],
  lasts: '520 s',
  expect: [
    {
      that: 'the states that were left for passive mode',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      field: 'from',
      is: [...STATES, ...STATES, ...STATES, ...STATES],
    },
    {
      that: 'passive mode with nothing in between, in every state',
      check: 'within',
      from: { type: 'link.lost', host: 'server' },
      to: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      after: '15 s',
      before: '375 s',
      atMost: '0 ms',
      sameStep: true,
      times: 12,
    },
    {
      that: 'only then is the socket closed',
      check: 'within',
      from: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      to: { type: 'link.closed', host: 'server' },
      atMost: '50 ms',
      times: 16,
    },
    {
      that: 'speech that is under way breaks off with it',
      check: 'within',
      from: { type: 'turn.ended', host: 'server', error: 'cancelled' },
      to: { type: 'state.changed', host: 'server', from: 'speaking', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
      times: 4,
    },
    {
      that: 'the loss in passive mode changes nothing',
      check: 'count',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      before: '15 s',
      atMost: 0,
    },
    {
      that: 'the engine is closed',
      check: 'within',
      from: { type: 'state.changed', host: 'server', machine: 'conversation', to: 'passive' },
      to: { type: 'engine.closed', host: 'server', timedOut: false },
      atMost: '5 s',
      times: 16,
    },
  ],
});
