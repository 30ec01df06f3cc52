import { scenario } from '../src/sim/scenario';

const QUESTION = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'answer-crosses-the-end',
  story:
    'Somebody presses the button just as the answer begins at the server: the word that the ' +
    'session is over and the beginning of the answer pass each other on the wire. The Pi stays ' +
    'silent, and the next question is answered as ever.',
  hosts: {
    server: { program: 'server', engine: { answersAfter: '1 s', answerLasts: '3 s' } },
    pi: { program: 'client' },
  },
  latency: '100 ms',
  acts: [
    { at: '12 s', says: QUESTION },
    // It begins at 15.98 s, and the Pi hears so 100 ms later.
    { at: '15.9..16.05 s', presses: 'button' },
    { at: '30 s', says: QUESTION },
  ],
  lasts: '60 s',
  expect: [
    {
      that: 'the answer begins before the server knows',
      check: 'count',
      of: { type: 'turn.started', host: 'server' },
      before: '30 s',
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'and after the Pi has ended the session',
      check: 'within',
      from: { type: 'session.ended', host: 'pi', reason: 'user' },
      to: { type: 'input.rejected', host: 'pi', problem: 'stale_message' },
      atMost: '200 ms',
    },
    {
      that: 'what the Pi plays of it',
      check: 'count',
      of: { type: 'playback.started', host: 'pi' },
      before: '30 s',
      atMost: 0,
    },
    {
      that: 'what is heard of it',
      check: 'count',
      of: { type: 'speaker.started', host: 'pi' },
      before: '30 s',
      atMost: 0,
    },
    {
      that: 'the next answer is heard to its end',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      field: 'playedBytes',
      atLeast: 96_000,
      atMost: 96_000,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
