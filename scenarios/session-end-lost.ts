import { scenario } from '../src/sim/scenario';

const QUESTION = 'hey-jarvis-what-time-is-it';

/** What becomes of each Pi's link while a session is on. `pi-waiting` waits for an answer then. */
const PIS = [
  { pi: 'pi-forgotten', server: 'server', fault: { kind: 'silence' } },
  { pi: 'pi-unheard', server: 'server', fault: { kind: 'silence', direction: 'upstream' } },
  { pi: 'pi-away', server: 'server', fault: { kind: 'outage', for: '8..35 s' } },
  { pi: 'pi-waiting', server: 'pondering', fault: { kind: 'silence' } },
] as const;

export default scenario({
  name: 'session-end-lost',
  story:
    'Somebody ends the session at the button, but the link is dead by then and nobody knows. ' +
    'The Pi goes its way at once. The server learns of it when the heartbeat tells, when the Pi ' +
    'is back, or when the word comes late, and in time for the next question.',
  hosts: {
    server: { program: 'server' },
    pondering: { program: 'server', engine: { answersAfter: 'never' } },
    ...Object.fromEntries(
      PIS.map(({ pi, server }) => [
        pi,
        { program: 'client' as const, device: pi, server, startsAt: '0..11 s' as const },
      ]),
    ),
  },
  acts: PIS.flatMap(({ pi: on }) => [
    { at: '12 s' as const, on, says: QUESTION },
    { at: '18.5..20 s' as const, on, presses: 'button' as const },
    { at: '75 s' as const, on, says: QUESTION },
  ]),
  faults: PIS.map(({ pi, server, fault }) => ({
    at: '17..18 s' as const,
    ...fault,
    between: [pi, server] as [string, string],
  })),
  lasts: '90 s',
  expect: PIS.flatMap(({ pi, server }) => [
    {
      that: `${pi} listens for the hotword after the press`,
      check: 'within' as const,
      from: { type: 'button.pressed', host: pi },
      to: { type: 'microphone.listening', host: pi, purpose: 'hotword' },
      atMost: '1 s' as const,
    },
    {
      that: `the server agrees with ${pi}`,
      check: 'within' as const,
      from: { type: 'session.ended', host: pi, reason: 'user' },
      to: { type: 'session.ended', host: server, device: pi },
      same: ['session'],
      atMost: '45 s' as const,
    },
    {
      that: `${pi} and the server start the next session`,
      check: 'within' as const,
      from: { type: 'session.requested', host: pi },
      to: { type: 'session.started', host: pi },
      same: ['session'],
      after: '75 s' as const,
      atMost: '100 ms' as const,
    },
    {
      that: `sessions of ${pi} in all, as the server counts them`,
      check: 'count' as const,
      of: { type: 'session.requested', host: server, device: pi },
      atLeast: 2,
      atMost: 2,
    },
  ]),
});
