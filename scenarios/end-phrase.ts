import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'end-phrase',
  story:
    'Somebody asks for the time, says thanks in the middle of a sentence, which ends nothing, ' +
    'and then says that this is all. Both ends are at rest at once, without an answer and ' +
    'without a sound; the hotword begins another session.',
  hosts: {
    server: {
      program: 'server',
      engine: {
        answerLasts: '2 s',
        hears: [
          'What time is it?',
          'Thank you, that’s all I need to know about time. Turn on the light.',
          'Thank you. That’s all!',
        ],
      },
    },
    pi: { program: 'client' },
  },
  latency: '2..60 ms',
  acts: [
    { at: '12 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '22 s', says: 'turn-on-the-light' },
    { at: '32 s', says: 'turn-on-the-light' },
    { at: '45 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  lasts: '60 s',
  expect: [
    {
      that: 'the states of the conversation',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      field: 'to',
      before: '44 s',
      is: [
        ...['starting', 'active', 'processing', 'speaking', 'active'],
        ...['processing', 'speaking', 'active', 'passive'],
      ],
    },
    ...(['server', 'pi'] as const).map((host) => ({
      that: `why the session ends, at the ${host}`,
      check: 'sequence' as const,
      of: { type: 'session.ended', host },
      field: 'reason',
      before: '44 s' as const,
      is: ['end_phrase'],
    })),
    {
      that: 'the Pi listens for the hotword when it is told',
      check: 'within',
      from: { type: 'session.ended', host: 'server', reason: 'end_phrase' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'hotword' },
      atMost: '61 ms',
    },
    {
      that: 'the engine is closed',
      check: 'within',
      from: { type: 'session.ended', host: 'server', reason: 'end_phrase' },
      to: { type: 'engine.closed', host: 'server' },
      atMost: '1 ms',
    },
    { that: 'cues', check: 'count', of: { type: 'cue.played' }, atMost: 0 },
    {
      that: 'sessions that are started',
      check: 'count',
      of: { type: 'session.started', host: 'pi' },
      atLeast: 2,
      atMost: 2,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
