import { scenario } from '../src/sim/scenario';

const hotword = (session: string) => JSON.stringify({ type: 'hotword_detected', session });
const end = (session: string) => JSON.stringify({ type: 'session_end', session });
const played = (session: string, turn?: number) =>
  JSON.stringify({ type: 'playback_complete', session, turn });

export default scenario({
  name: 'stale-playback-complete',
  story:
    'A Pi says that it has played an answer long after the server gave up waiting, in the middle ' +
    'of the next answer. Neither that nor its word for turns that never were, for an earlier ' +
    'session, or for the same turn twice ends anything: only its word for the turn that sounds.',
  hosts: {
    server: { program: 'server', engine: { answersAfter: '500 ms', answerLasts: '4 s' } },
    pi: {
      program: 'peer',
      does: {
        behaviour: 'dials_and_talks',
        device: 'late',
        says: [
          // Turn 1, from 2.5 s on, is never confirmed: the server waits until 11.5 s.
          { at: '1 s', text: hotword('first') },
          { at: '2 s', sound: 'what-time-is-it' },
          { at: '2 s', bytes: 32_000 },
          // Turn 2, from 13.5 s on.
          { at: '13 s', sound: 'turn-on-the-light' },
          { at: '13 s', bytes: 32_000 },
          { at: '13.6..18 s', text: played('first', 1) },
          { at: '13.6..18 s', text: played('first', 3) },
          { at: '13.6..18 s', text: played('first') },
          { at: '18.5 s', text: played('first', 2) },
          { at: '19..20 s', text: played('first', 2) },
          // The first turn of another session.
          { at: '21 s', text: end('first') },
          { at: '21..22 s', text: played('first', 2) },
          { at: '22 s', text: hotword('second') },
          { at: '23 s', sound: 'what-time-is-it' },
          { at: '23 s', bytes: 32_000 },
          { at: '23.6..28 s', text: played('first', 1) },
          { at: '28.5 s', text: played('second', 1) },
          { at: '30 s', text: end('second') },
        ],
      },
    },
  },
  lasts: '35 s',
  expect: [
    {
      that: 'the states of the conversation',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      field: 'to',
      is: [
        ...['starting', 'active', 'processing', 'speaking'],
        ...['active', 'processing', 'speaking', 'active', 'passive'],
        ...['starting', 'active', 'processing', 'speaking', 'active', 'passive'],
      ],
    },
    {
      that: 'what ended each answer',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', from: 'speaking' },
      field: 'cause',
      is: ['playback_timeout', 'playback_complete', 'playback_complete'],
    },
    {
      that: 'the turn that nobody confirms is given up after its 4 s of sound and 5 s more',
      check: 'within',
      from: { type: 'turn.started', host: 'server', session: 'first', turn: 1 },
      to: { type: 'turn.ended', host: 'server', error: 'playback_timeout' },
      same: ['session', 'turn'],
      atLeast: '9 s',
      atMost: '9.05 s',
    },
    {
      that: 'the other turns end at their own confirmation, 5 s after they began',
      check: 'within',
      from: { type: 'turn.started', host: 'server' },
      to: { type: 'turn.ended', host: 'server' },
      after: '13 s',
      same: ['session', 'turn'],
      atLeast: '4.9 s',
      atMost: '5.1 s',
      times: 2,
    },
    {
      that: 'each word out of place is counted',
      check: 'count',
      of: { type: 'input.rejected', host: 'server', problem: 'stale_message' },
      atLeast: 6,
      atMost: 6,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
