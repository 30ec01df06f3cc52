import { scenario } from '../src/sim/scenario';

const WORDS = 'what-time-is-it';
const WORDS_BYTES = 27_708;
const SECOND_BYTES = 32_000;

export default scenario({
  name: 'first-words',
  story:
    'The engine takes its time to start, and the person does not wait for it: they speak 300 ms ' +
    'after the hotword. It says back what it heard, and that is sample for sample what an engine ' +
    'says back that was there at once. From a Pi of the original, which knows no answer to wait ' +
    'for and talks at once, it hears every byte as well.',
  hosts: {
    server: { program: 'server', engine: { startsAfter: '1..1.9 s', repeats: true } },
    parrot: { program: 'server' },
    pi: { program: 'client' },
    quick: { program: 'client', server: 'parrot' },
    original: {
      program: 'peer',
      does: {
        behaviour: 'dials_and_talks',
        protocol: 'base',
        device: 'original',
        says: [
          { at: '1 s', text: '{"type":"hotword_detected"}' },
          { at: '1..1.8 s', sound: WORDS },
          { at: '1.8 s', bytes: SECOND_BYTES },
        ],
      },
    },
  },
  acts: [
    { at: '10 s', on: 'quick', says: 'hey-jarvis' },
    { at: '11.08 s', on: 'quick', says: WORDS },
    { at: '20 s', says: 'hey-jarvis' },
    { at: '21.08 s', says: WORDS },
    // At any moment of the wait, in another session.
    { at: '30 s', presses: 'button' },
    { at: '32 s', says: 'hey-jarvis' },
    { at: '32.78..34 s', says: WORDS },
  ],
  lasts: '45 s',
  expect: [
    {
      that: 'the session starts when the engine does',
      check: 'within',
      from: { type: 'session.requested', host: 'pi' },
      to: { type: 'session.started', host: 'pi' },
      atLeast: '1 s',
      atMost: '1.95 s',
      times: 2,
    },
    {
      that: 'what was heard of the person is the same sound, 10 s later',
      check: 'within',
      from: { type: 'speaker.silent', host: 'quick' },
      to: { type: 'speaker.silent', host: 'pi' },
      same: ['sound', 'playedBytes'],
      atLeast: '10 s',
      atMost: '11 s',
    },
    {
      that: 'and as much of it where they spoke sooner or later',
      check: 'values',
      of: { type: 'speaker.silent', host: 'pi' },
      field: 'playedBytes',
      ranges: [[WORDS_BYTES, WORDS_BYTES + 9_600]],
      times: 2,
    },
    {
      that: 'sound that was too much to keep',
      check: 'count',
      of: { type: 'audio.dropped', reason: 'uplink_full' },
      atMost: 0,
    },
    {
      that: 'the engine hears every byte of the original Pi',
      check: 'total',
      of: { type: 'engine.heard', host: 'server', engine: 'e1' },
      field: 'bytes',
      atLeast: WORDS_BYTES + SECOND_BYTES,
      atMost: WORDS_BYTES + SECOND_BYTES,
    },
    {
      that: 'and in order: it says the words back',
      check: 'values',
      of: { type: 'turn.ended', host: 'server', device: 'original' },
      field: 'bytes',
      ranges: [[WORDS_BYTES, WORDS_BYTES + 9_600]],
    },
  ],
});
