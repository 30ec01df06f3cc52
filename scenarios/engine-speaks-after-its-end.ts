import { scenario } from '../src/sim/scenario';

const QUESTION = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'engine-speaks-after-its-end',
  story:
    'An engine does not know when to stop: some seconds after it was told to close it answers ' +
    'once more. By then its session is over, and the next one is on: nobody hears of it, and the ' +
    'next question has its own answer.',
  hosts: {
    server: {
      program: 'server',
      engine: {
        answersAfter: '2 s',
        answerLasts: '3 s',
        closesAfter: '6 s',
        answersAfterClose: '2.5..4.5 s',
      },
    },
    pi: { program: 'client' },
  },
  acts: [
    { at: '12 s', says: 'hey-jarvis' },
    { at: '14 s', presses: 'button' },
    // Heard while the next session listens, and while it waits for its own answer.
    { at: '15 s', says: QUESTION },
    { at: '28 s', presses: 'button' },
  ],
  lasts: '60 s',
  expect: [
    {
      that: 'answers of the engine, of which one is asked for',
      check: 'count',
      of: { type: 'engine.acted', host: 'server', act: 'answered' },
      atLeast: 3,
      atMost: 3,
    },
    {
      that: 'answers that anybody hears of',
      check: 'count',
      of: { type: 'turn.started', host: 'server' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the states of the conversation',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      field: 'to',
      is: [
        ...['starting', 'active', 'passive'],
        ...['starting', 'active', 'processing', 'speaking', 'active', 'passive'],
      ],
    },
    {
      that: 'the answer that is asked for is heard to its end',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      field: 'playedBytes',
      atLeast: 96_000,
      atMost: 96_000,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
