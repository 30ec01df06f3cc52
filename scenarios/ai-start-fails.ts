import { scenario } from '../src/sim/scenario';

const QUESTION = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'ai-start-fails',
  story:
    'One engine refuses to start, another never says anything at all. Whoever asked is told by ' +
    'a cue, at the latest when it would have been too late anyway, and the Pi listens again.',
  hosts: {
    server: { program: 'server', engine: { start: 'fails', startsAfter: '0..4.5 s' } },
    mute: { program: 'server', engine: { start: 'never' } },
    pi: { program: 'client' },
    'pi-mute': { program: 'client', server: 'mute' },
  },
  acts: [
    { at: '12 s', says: QUESTION },
    { at: '25..30 s', presses: 'button' },
    { at: '12 s', on: 'pi-mute', says: QUESTION },
  ],
  lasts: '40 s',
  expect: [
    {
      that: 'the Pi is told after the engine has failed',
      check: 'within',
      from: { type: 'engine.failed', host: 'server', label: 'open_failed' },
      to: { type: 'control.received', host: 'pi', message: 'session_rejected' },
      atMost: '100 ms',
      times: 2,
    },
    {
      that: 'and why',
      check: 'sequence',
      of: { type: 'session.rejected', host: 'pi' },
      field: 'reason',
      is: ['engine_failed', 'engine_failed'],
    },
    {
      that: 'the server is in passive mode with nothing in between',
      check: 'within',
      from: { type: 'engine.failed', host: 'server' },
      to: { type: 'state.changed', host: 'server', from: 'starting', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
      times: 2,
    },
    ...(['pi', 'pi-mute'] as const).flatMap((pi) => [
      {
        that: `the person at ${pi} is told`,
        check: 'within' as const,
        from: { type: 'session.requested', host: pi },
        to: { type: 'cue.played', host: pi, cue: 'rejected' },
        atMost: '5.5 s' as const,
      },
      {
        that: `${pi} listens for the hotword again`,
        check: 'within' as const,
        from: { type: 'session.ended', host: pi },
        to: { type: 'microphone.listening', host: pi, purpose: 'hotword' },
        atMost: '1 s' as const,
      },
    ]),
    {
      that: 'the engine that says nothing is given up',
      check: 'within',
      from: { type: 'state.changed', host: 'mute', to: 'starting' },
      to: { type: 'state.changed', host: 'mute', to: 'passive' },
      atMost: '5.1 s',
    },
    { that: 'sessions', check: 'count', of: { type: 'session.started' }, atMost: 0 },
    { that: 'sound that left a Pi', check: 'count', of: { type: 'audio.sent' }, atMost: 0 },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
