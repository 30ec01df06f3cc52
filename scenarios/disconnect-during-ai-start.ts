import { scenario } from '../src/sim/scenario';

/** While the engine starts. */
const at = '12.9..14.5 s';

/** The Pis, and what the last one has instead: an engine that opens long after it was given up. */
const PIS = ['pi-reset', 'pi-ended', 'pi-killed', 'pi-stopped', 'pi-sleepy'] as const;
const serverOf = (pi: string) => (pi === 'pi-sleepy' ? 'sleepy' : 'server');

export default scenario({
  name: 'disconnect-during-ai-start',
  story:
    'The Pi goes away while the engine starts, in every way. Nobody waits for the engine then, ' +
    'and it cannot be called back: it is closed in the moment in which it opens, instead of ' +
    'listening to nobody.',
  hosts: {
    server: { program: 'server', engine: { startsAfter: '2..4.5 s' } },
    sleepy: { program: 'server', engine: { startsAfter: '6..30 s' } },
    ...Object.fromEntries(
      PIS.map((pi) => [pi, { program: 'client' as const, device: pi, server: serverOf(pi) }]),
    ),
  },
  acts: [
    ...PIS.map((on) => ({ at: '12 s' as const, on, says: 'hey-jarvis' })),
    ...PIS.slice(0, -1).flatMap((on) => [
      { at: '50 s' as const, on, says: 'hey-jarvis' },
      { at: '56 s' as const, on, says: 'what-time-is-it' },
    ]),
  ],
  faults: [
    { at, kind: 'reset', between: ['pi-reset', 'server'] },
    { at, kind: 'close', between: ['pi-ended', 'server'] },
    { at, kind: 'kill', host: 'pi-killed', for: '2 s' },
    { at, kind: 'restart', host: 'pi-stopped', for: '3 s' },
    { at, kind: 'reset', between: ['pi-sleepy', 'sleepy'] },
  ],
  lasts: '70 s',
  expect: [
    ...PIS.map((pi) => ({
      that: `the conversation with ${pi} before the next question`,
      check: 'sequence' as const,
      of: { type: 'state.changed', host: serverOf(pi), device: pi },
      before: '50 s' as const,
      field: 'to',
      is: ['starting', 'passive'],
    })),
    {
      that: 'an engine that opens for nobody is closed',
      check: 'within',
      from: { type: 'engine.opened' },
      to: { type: 'engine.closed' },
      same: ['host', 'engine'],
      before: '50 s',
      atMost: '1 s',
      times: PIS.length,
    },
    {
      that: 'sessions that start before the next question',
      check: 'count',
      of: { type: 'session.started' },
      before: '50 s',
      atMost: 0,
    },
    {
      that: 'the next questions are answered',
      check: 'count',
      of: { type: 'playback.ended', how: 'finished' },
      after: '50 s',
      atLeast: 4,
      atMost: 4,
    },
  ],
});
