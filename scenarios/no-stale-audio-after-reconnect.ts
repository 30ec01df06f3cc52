import { scenario } from '../src/sim/scenario';

/** When each Pi loses its link: while sound flows, while it is held up, while it is kept back. */
const PIS = [
  { pi: 'pi-flowing', server: 'server', resetAt: '13..18 s' },
  { pi: 'pi-held-up', server: 'server', resetAt: '15.5..18 s' },
  { pi: 'pi-kept-back', server: 'slow', resetAt: '13.1..13.9 s' },
] as const;

export default scenario({
  name: 'no-stale-audio-after-reconnect',
  story:
    'Somebody talks on while the link drops and comes back. What was said before is gone: none ' +
    'of it goes over the new connection, and a later session, in which nobody speaks, hears ' +
    'silence alone.',
  hosts: {
    server: { program: 'server' },
    slow: { program: 'server', engine: { startsAfter: '1.2..1.8 s' } },
    ...Object.fromEntries(
      PIS.map(({ pi, server }) => [pi, { program: 'client' as const, device: pi, server }]),
    ),
  },
  acts: PIS.flatMap(({ pi: on }) => [
    { at: '12 s' as const, on, says: 'hey-jarvis' },
    { at: '12.8 s' as const, on, says: 'long-answer' },
    { at: '30 s' as const, on, presses: 'button' as const },
    { at: '36 s' as const, on, presses: 'button' as const },
  ]),
  faults: [
    {
      at: '13.5..15 s',
      kind: 'outage',
      for: '5 s',
      between: ['pi-held-up', 'server'],
      direction: 'upstream',
    },
    ...PIS.map(({ pi, server, resetAt }) => ({
      at: resetAt,
      kind: 'reset' as const,
      between: [pi, server] as [string, string],
    })),
  ],
  lasts: '45 s',
  expect: [
    ...PIS.flatMap(({ pi }) => [
      {
        that: `${pi} is connected again`,
        check: 'within' as const,
        from: { type: 'link.lost', host: pi, label: 'reset' },
        to: { type: 'link.connected', host: pi, connection: 'c2' },
        atMost: '8.1 s' as const,
      },
      {
        that: `bytes of ${pi} on its new connection before the next session`,
        check: 'total' as const,
        of: { type: 'audio.sent', host: pi, connection: 'c2' },
        before: '30 s' as const,
        field: 'bytes',
        atMost: 0,
      },
      {
        that: `bytes of ${pi} in the next session, which lasts 6 s`,
        check: 'total' as const,
        of: { type: 'audio.sent', host: pi, connection: 'c2' },
        after: '30 s' as const,
        field: 'bytes',
        atLeast: 180_000,
        atMost: 192_000,
      },
    ]),
    {
      that: 'anything that a server hears between the sessions',
      check: 'count',
      of: { type: 'audio.received' },
      after: '25 s',
      before: '30 s',
      atMost: 0,
    },
    {
      that: 'utterances that are understood in the next sessions',
      check: 'count',
      of: { type: 'state.changed', machine: 'conversation', to: 'processing' },
      after: '30 s',
      atMost: 0,
    },
  ],
});
