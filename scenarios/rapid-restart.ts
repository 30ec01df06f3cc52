import { scenario } from '../src/sim/scenario';

const closesAfter = '4..8 s' as const;

/** Each begins a session, ends it at 14 s, and wants the next one at once. */
const PIS = ['pi-button', 'pi-hotword', 'pi-narrow'] as const;

export default scenario({
  name: 'rapid-restart',
  story:
    'Somebody ends a session and begins the next one before the engine of the first has closed, ' +
    'which takes it 5 s. A server that has another engine starts it; one that has not says so, ' +
    'and can again once the first is closed. Never does the old end touch the new session.',
  hosts: {
    server: { program: 'server', engine: { closesAfter } },
    narrow: { program: 'server', engine: { closesAfter }, settings: { maxEngines: 1 } },
    'pi-button': { program: 'client', device: 'pi-button' },
    'pi-hotword': { program: 'client', device: 'pi-hotword' },
    'pi-narrow': { program: 'client', device: 'pi-narrow', server: 'narrow' },
  },
  acts: [
    ...PIS.flatMap((on) => [
      { at: '12 s' as const, on, presses: 'button' as const },
      { at: '14 s' as const, on, presses: 'button' as const },
    ]),
    { at: '14.3..16 s', on: 'pi-button', presses: 'button' },
    { at: '14.1..16 s', on: 'pi-hotword', says: 'hey-jarvis-what-time-is-it' },
    { at: '14.3..17.9 s', on: 'pi-narrow', presses: 'button' },
    { at: '19.5..21 s', on: 'pi-narrow', presses: 'button' },
  ],
  lasts: '65 s',
  expect: [
    {
      that: 'engines that are closed before the next session is asked for',
      check: 'count',
      of: { type: 'engine.closed' },
      before: '17.9 s',
      atMost: 0,
    },
    ...(['pi-button', 'pi-hotword'] as const).flatMap((pi) => [
      {
        that: `${pi} has its session after asking`,
        check: 'within' as const,
        from: { type: 'session.requested', host: pi },
        to: { type: 'session.started', host: pi },
        same: ['session'],
        atMost: '100 ms' as const,
        times: 2,
      },
      {
        that: `how the sessions of ${pi} end`,
        check: 'sequence' as const,
        of: { type: 'session.ended', host: pi },
        field: 'reason',
        is: ['user', 'idle'],
      },
    ]),
    {
      that: 'answers in the new session',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi-hotword', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'how the sessions of pi-narrow end',
      check: 'sequence',
      of: { type: 'session.ended', host: 'pi-narrow' },
      field: 'reason',
      is: ['user', 'engine_busy', 'idle'],
    },
    {
      that: 'pi-narrow is told at once',
      check: 'within',
      from: { type: 'session.requested', host: 'narrow' },
      to: { type: 'session.rejected', host: 'pi-narrow', reason: 'engine_busy' },
      after: '14.1 s',
      before: '19 s',
      atMost: '100 ms',
    },
  ],
});
