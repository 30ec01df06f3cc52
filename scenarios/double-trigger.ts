import { scenario, type ScenarioInput } from '../src/sim/scenario';

/** The hotword, said at 12 s, is recognised at 12.78 s. When the buttons are pressed, and again. */
const PRESSES = {
  'pi-same': ['12.78 s', '12.83 s'],
  'pi-around': ['12.7..12.85 s', '12.86..12.99 s'],
  'pi-after': ['12.781..12.9 s', '12.91..13.07 s'],
} as const;
const PIS = ['pi-same', 'pi-around', 'pi-after'] as const;

type Expected = NonNullable<ScenarioInput['expect']>[number];

const expectedOf = (pi: (typeof PIS)[number]): Expected[] => [
  {
    that: `sessions that ${pi} asks for`,
    check: 'count' as const,
    of: { type: 'session.requested', host: pi },
    atLeast: 1,
    atMost: 1,
  },
  {
    that: `sessions that the server starts for ${pi}`,
    check: 'count' as const,
    of: { type: 'session.started', host: 'server', device: pi },
    atLeast: 1,
    atMost: 1,
  },
  {
    that: `the question at ${pi} is answered meanwhile`,
    check: 'count' as const,
    of: { type: 'playback.ended', host: pi, how: 'finished' },
    before: '20 s' as const,
    atLeast: 1,
    atMost: 1,
  },
  {
    that: `how the session of ${pi} ends, and when`,
    check: 'values' as const,
    of: { type: 'session.ended', host: pi, reason: 'user' },
    field: 'atMs',
    ranges: [[20_000, 20_000]] as [number, number][],
  },
  {
    that: `words of ${pi} that it is over`,
    check: 'count' as const,
    of: { type: 'control.sent', host: pi, message: 'session_end' },
    atLeast: 1,
    atMost: 1,
  },
];

export default scenario({
  name: 'double-trigger',
  story:
    'Somebody says the hotword and presses the button as well, in the same instant or close to ' +
    'it, and presses again. It is one wish and one session. Later two presses end it: one ends ' +
    'it, and the other does not begin the next. A program of somebody else’s asks twice, while ' +
    'the engine starts: the second session takes the place of the first, and of its engine.',
  hosts: {
    server: { program: 'server' },
    slow: { program: 'server', engine: { startsAfter: '2 s' } },
    hasty: {
      program: 'peer',
      does: {
        behaviour: 'dials_and_talks',
        server: 'slow',
        device: 'hasty',
        says: [
          { at: '1 s', text: '{"type":"hotword_detected","session":"first"}' },
          { at: '1.5 s', text: '{"type":"hotword_detected","session":"second"}' },
          { at: '8 s', text: '{"type":"session_end","session":"second"}' },
        ],
      },
    },
    ...Object.fromEntries(PIS.map((pi) => [pi, { program: 'client' as const, device: pi }])),
  },
  acts: PIS.flatMap((on) => [
    { at: '12 s' as const, on, says: 'hey-jarvis-what-time-is-it' },
    ...PRESSES[on].map((at) => ({ at, on, presses: 'button' as const })),
    { at: '20 s' as const, on, presses: 'button' as const },
    { at: '20.001..20.299 s' as const, on, presses: 'button' as const },
  ]),
  lasts: '45 s',
  expect: [
    ...PIS.flatMap((pi) => expectedOf(pi)),
    {
      that: 'of two wishes while the engine starts, the second one is granted',
      check: 'sequence',
      of: { type: 'session.started', host: 'slow' },
      field: 'session',
      is: ['second'],
    },
    {
      that: 'and both engines are closed',
      check: 'count',
      of: { type: 'engine.closed', host: 'slow' },
      atLeast: 2,
      atMost: 2,
    },
  ],
});
