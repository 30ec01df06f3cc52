import { scenario } from '../src/sim/scenario';

/**
 * How the link of each Pi goes, why the Pi gives up for it, what it tells the person, and when the
 * server has ended the session, too: it hears the last Pi's word, and never that of the other.
 */
const PIS = [
  {
    pi: 'pi-reset',
    fault: { kind: 'reset' },
    cause: 'link_lost',
    cue: 'interrupted',
    endsIn: '1.8 s',
  },
  {
    pi: 'pi-forgotten',
    fault: { kind: 'silence' },
    cause: 'start_timeout',
    cue: 'rejected',
    endsIn: '40 s',
  },
  {
    pi: 'pi-deaf',
    fault: { kind: 'silence', direction: 'downstream' },
    cause: 'start_timeout',
    cue: 'rejected',
    endsIn: '5.1 s',
  },
] as const;

export default scenario({
  name: 'drop-before-ack',
  story:
    'The hotword is said and the engine takes its time; meanwhile the link goes. One Pi is ' +
    'reset, one is forgotten by the router, one only hears nothing any more. Each gives up by ' +
    'itself and says so, no session is left at the server, and the next question is answered.',
  hosts: {
    server: { program: 'server', engine: { startsAfter: '2..4 s' } },
    ...Object.fromEntries(
      PIS.map(({ pi }) => [
        pi,
        { program: 'client' as const, device: pi, startsAt: '0..10 s' as const },
      ]),
    ),
  },
  acts: PIS.flatMap(({ pi }) => [
    { at: '12 s' as const, on: pi, says: 'hey-jarvis' },
    { at: '70 s' as const, on: pi, says: 'hey-jarvis' },
    { at: '76 s' as const, on: pi, says: 'what-time-is-it' },
  ]),
  faults: PIS.map(({ pi, fault }) => ({
    at: '12.9..14.5 s' as const,
    ...fault,
    between: [pi, 'server'] as [string, string],
  })),
  lasts: '90 s',
  expect: [
    ...PIS.flatMap(({ pi, cause, cue, endsIn }) => [
      {
        that: `${pi} gives up`,
        check: 'within' as const,
        from: { type: 'session.requested', host: pi },
        to: { type: 'state.changed', host: pi, from: 'starting_session', cause },
        before: '60 s' as const,
        atMost: '5 s' as const,
      },
      {
        that: `${pi} says so`,
        check: 'count' as const,
        of: { type: 'cue.played', host: pi, cue },
        before: '60 s' as const,
        atLeast: 1,
        atMost: 1,
      },
      {
        that: `the conversation with ${pi} is passive again after the hotword`,
        check: 'within' as const,
        from: { type: 'session.requested', host: 'server', device: pi },
        to: { type: 'state.changed', host: 'server', device: pi, to: 'passive' },
        before: '60 s' as const,
        atMost: endsIn,
      },
      {
        that: `what ${pi} heard of the answer to the next question`,
        check: 'total' as const,
        of: { type: 'playback.ended', host: pi, how: 'finished' },
        field: 'playedBytes',
        atLeast: 64_000,
        atMost: 64_000,
      },
    ]),
    {
      that: 'sound that left a Pi before the next question',
      check: 'count',
      of: { type: 'audio.sent' },
      before: '70 s',
      atMost: 0,
    },
    {
      that: 'engines that were opened for nobody',
      check: 'count',
      of: { type: 'engine.opened' },
      before: '60 s',
      atLeast: 3,
      atMost: 3,
    },
    {
      that: 'and are closed again',
      check: 'count',
      of: { type: 'engine.closed', timedOut: false },
      before: '60 s',
      atLeast: 3,
      atMost: 3,
    },
  ],
});
