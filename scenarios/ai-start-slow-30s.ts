import { scenario } from '../src/sim/scenario';

/** The engine of one try may open while the next try waits for its own. */
const TRIES = ['12 s', '18 s', '24 s', '30 s'] as const;

export default scenario({
  name: 'ai-start-slow-30s',
  story:
    'The engine takes up to half a minute to start, and the server would wait for it. The Pi ' +
    'gives up after 5 s and tells the server, four times. Engines that open too late open into ' +
    'nothing: no session comes to life that nobody waits for.',
  hosts: {
    server: {
      program: 'server',
      engine: { startsAfter: '6..30 s' },
      settings: { startTimeoutMs: 60_000 },
    },
    pi: { program: 'client' },
  },
  acts: TRIES.map((at) => ({ at, presses: 'button' as const })),
  lasts: '75 s',
  expect: [
    {
      that: 'the Pi gives up',
      check: 'within',
      from: { type: 'session.requested', host: 'pi' },
      to: { type: 'session.ended', host: 'pi', reason: 'start_timeout' },
      same: ['session'],
      atLeast: '5 s',
      atMost: '5 s',
      times: TRIES.length,
    },
    {
      that: 'and says so to the person',
      check: 'count',
      of: { type: 'cue.played', host: 'pi', cue: 'rejected' },
      atLeast: TRIES.length,
      atMost: TRIES.length,
    },
    {
      that: 'and to the server, which ends it as well',
      check: 'within',
      from: { type: 'session.ended', host: 'pi' },
      to: { type: 'session.ended', host: 'server', reason: 'start_timeout' },
      same: ['session'],
      atMost: '100 ms',
      times: TRIES.length,
    },
    {
      that: 'an engine that opens too late is closed',
      check: 'within',
      from: { type: 'engine.opened' },
      to: { type: 'engine.closed' },
      same: ['engine'],
      atMost: '0 ms',
      times: TRIES.length,
    },
    {
      that: 'the states of the conversation',
      check: 'sequence',
      of: { type: 'state.changed', machine: 'conversation' },
      field: 'to',
      is: TRIES.flatMap(() => ['starting', 'passive']),
    },
    { that: 'sessions', check: 'count', of: { type: 'session.started' }, atMost: 0 },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
