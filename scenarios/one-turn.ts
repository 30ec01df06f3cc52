import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'one-turn',
  story:
    'Nothing goes wrong. Somebody asks for the time, the parrot says it back, and after half a ' +
    'minute of silence the Pi listens for the hotword again, over the connection that it had all ' +
    'along.',
  acts: [{ at: '5 s', says: 'hey-jarvis-what-time-is-it' }],
  lasts: '1 min',
  expect: [
    {
      that: 'the session is acknowledged after the hotword',
      check: 'within',
      from: { type: 'session.requested', host: 'pi' },
      to: { type: 'session.started', host: 'pi' },
      atMost: '100 ms',
    },
    {
      that: 'the states of the Pi',
      check: 'sequence',
      of: { type: 'state.changed', host: 'pi', machine: 'client' },
      field: 'to',
      is: [
        'listening_for_hotword',
        'starting_session',
        'active_session',
        'processing_response',
        'active_session',
        'listening_for_hotword',
      ],
    },
    {
      that: 'the states of the conversation',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      field: 'to',
      is: ['starting', 'active', 'processing', 'speaking', 'active', 'passive'],
    },
    {
      that: 'the whole answer is heard',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the Pi confirms it then, and not before',
      check: 'within',
      from: { type: 'playback.ended', host: 'pi', how: 'finished' },
      to: { type: 'control.sent', host: 'pi', message: 'playback_complete' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'connections of the Pi',
      check: 'count',
      of: { type: 'link.connected', host: 'pi' },
      atLeast: 1,
      atMost: 1,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
