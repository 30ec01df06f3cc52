import { scenario } from '../src/sim/scenario';

const SESSIONS = 100;

/** The button begins each session, and 1.5 s later ends it. */
const presses = Array.from({ length: SESSIONS }, (_, index) => [
  { at: `${10 + index * 3} s` as const, presses: 'button' as const },
  { at: `${11.5 + index * 3} s` as const, presses: 'button' as const },
]).flat();

export default scenario({
  name: 'hundred-sessions-one-socket',
  story:
    'A hundred sessions, one after the other, begun and ended at the button. All are held over ' +
    'the one connection that was there before the first and is there after the last.',
  acts: presses,
  lasts: '320 s',
  expect: [
    {
      that: 'sessions that started',
      check: 'count',
      of: { type: 'session.started', host: 'pi' },
      atLeast: SESSIONS,
      atMost: SESSIONS,
    },
    {
      that: 'sessions that ended at the server as well',
      check: 'count',
      of: { type: 'session.ended', host: 'server' },
      atLeast: SESSIONS,
      atMost: SESSIONS,
    },
    {
      that: 'engines that were closed again',
      check: 'count',
      of: { type: 'engine.closed', host: 'server' },
      atLeast: SESSIONS,
      atMost: SESSIONS,
    },
    { that: 'TCP connections', check: 'count', of: { type: 'wire.opened' }, atLeast: 1, atMost: 1 },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
    {
      that: 'the heartbeat goes on through all of it',
      check: 'count',
      of: { type: 'heartbeat.pong', host: 'pi' },
      atLeast: 10,
    },
  ],
});
