import { scenario } from '../src/sim/scenario';

/** The connection of each Pi before and after: one goes on counting, the other is a new program. */
const CONNECTIONS = { 'pi-reset': ['c1', 'c2'], 'pi-restarted': ['c1', 'c1'] };
const PIS = ['pi-reset', 'pi-restarted'] as const;

export default scenario({
  name: 'reconnect-before-cleanup',
  story:
    'The link drops in a session, and closing its engine takes about 5 s. The button is pressed ' +
    'at once, which can only be answered by a cue; and again as soon as the Pi is back, one ' +
    'after its wait, one within milliseconds. The new session is not touched by the old end.',
  hosts: {
    server: { program: 'server', engine: { closesAfter: '4..6 s' } },
    'pi-reset': { program: 'client', device: 'pi-reset' },
    'pi-restarted': { program: 'client', device: 'pi-restarted' },
  },
  acts: [
    ...PIS.flatMap((on) => [
      { at: '12 s' as const, on, says: 'hey-jarvis' },
      { at: '18.5..19.5 s' as const, on, says: 'what-time-is-it' },
    ]),
    { at: '13.51 s', on: 'pi-reset', presses: 'button' },
    { at: '16.6..17.4 s', on: 'pi-reset', presses: 'button' },
    { at: '13.55..17.4 s', on: 'pi-restarted', presses: 'button' },
  ],
  faults: [
    { at: '13.5 s', kind: 'reset', between: ['pi-reset', 'server'] },
    { at: '13.5 s', kind: 'kill', host: 'pi-restarted', for: '10 ms' },
  ],
  lasts: '60 s',
  expect: [
    {
      that: 'whoever presses at once is told that the Pi is offline',
      check: 'within',
      from: { type: 'button.pressed', host: 'pi-reset', online: false },
      to: { type: 'cue.played', host: 'pi-reset', cue: 'offline' },
      atMost: '100 ms',
    },
    {
      that: 'old engines that are closed before the new sessions begin',
      check: 'count',
      of: { type: 'engine.closed' },
      before: '17.5 s',
      atMost: 0,
    },
    {
      that: 'old engines that are closed while the new sessions are on',
      check: 'count',
      of: { type: 'engine.closed' },
      before: '20 s',
      atLeast: 2,
      atMost: 2,
    },
    ...PIS.flatMap((pi) => [
      {
        that: `the new session of ${pi} starts`,
        check: 'within' as const,
        from: { type: 'session.requested', host: pi },
        to: { type: 'session.started', host: pi },
        same: ['session'],
        atMost: '100 ms' as const,
        times: 2,
      },
      {
        that: `the connections of ${pi} that its sessions are held over`,
        check: 'sequence' as const,
        of: { type: 'session.started', host: pi },
        field: 'connection',
        is: CONNECTIONS[pi],
      },
      {
        that: `how the sessions of ${pi} end at the server`,
        check: 'sequence' as const,
        of: { type: 'session.ended', host: 'server', device: pi },
        field: 'reason',
        is: ['disconnected', 'idle'],
      },
      {
        that: `the question at ${pi} is answered`,
        check: 'count' as const,
        of: { type: 'playback.ended', host: pi, how: 'finished' },
        atLeast: 1,
        atMost: 1,
      },
    ]),
  ],
});
