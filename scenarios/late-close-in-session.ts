import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'late-close-in-session',
  story:
    'The router forgets the connection, and the Pi’s program dies and starts again. Its new ' +
    'connection takes the place of the old one, which answers no close frame and is cut two ' +
    'seconds later. By then somebody is in the middle of a talk, which goes on as if nothing were.',
  acts: [
    { at: '12 s', says: 'hey-jarvis' },
    { at: '14.8..15.2 s', presses: 'button' },
    { at: '18 s', says: 'what-time-is-it' },
  ],
  faults: [
    { at: '13.5 s', kind: 'silence' },
    { at: '13.6 s', kind: 'kill', host: 'pi', for: '1 s' },
  ],
  lasts: '60 s',
  expect: [
    {
      that: 'the old connection is closed late',
      check: 'within',
      from: { type: 'link.replaced', host: 'server' },
      to: { type: 'link.closed', host: 'server' },
      same: ['connection'],
      atLeast: '2 s',
      atMost: '2 s',
    },
    {
      that: 'which is after the next session has begun',
      check: 'within',
      from: { type: 'session.started', host: 'pi' },
      to: { type: 'link.closed', host: 'server' },
      after: '14 s',
      atLeast: '1 s',
      atMost: '2 s',
    },
    {
      that: 'how the sessions end at the server',
      check: 'sequence',
      of: { type: 'session.ended', host: 'server' },
      field: 'reason',
      is: ['disconnected', 'idle'],
    },
    {
      that: 'what is asked after it is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '18 s',
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'losses of the new connection',
      check: 'count',
      of: { type: 'link.lost', host: 'pi' },
      after: '14 s',
      atMost: 0,
    },
  ],
});
