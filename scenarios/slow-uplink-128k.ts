import { scenario } from '../src/sim/scenario';

/** 128 kbit/s: half the pace of speech. */
const BYTES_PER_SECOND = 16_000;
const presses = 'button';

export default scenario({
  name: 'slow-uplink-128k',
  story:
    'The way from the Pi takes half of what a microphone hears, for a minute of talk and then ' +
    'for two short ones. The oldest that waits is dropped, and counted, so that what arrives is ' +
    'of now; and the word that begins or ends a talk does not queue behind four seconds of sound.',
  hosts: {
    server: { program: 'server', engine: { startsAfter: '0..1.9 s', answersAfter: 'never' } },
    pi: { program: 'client' },
  },
  acts: [
    { at: '10 s', says: 'hey-jarvis' },
    // Again and again: of what arrives half is missing, and may be no utterance.
    ...[13, 21, 29, 37].map((s) => ({ at: `${s} s` as const, says: 'what-time-is-it' })),
    // At any moment of what is sent, and of what is acknowledged.
    { at: '71..72 s', presses },
    { at: '76 s', presses },
    { at: '78 s', says: 'what-time-is-it' },
    { at: '79..82 s', presses },
    { at: '86 s', presses },
    { at: '88 s', says: 'what-time-is-it' },
    { at: '89..99 s', presses },
  ],
  faults: [
    { at: '5 s', kind: 'slow_path', direction: 'upstream', bytesPerSecond: BYTES_PER_SECOND },
  ],
  lasts: '120 s',
  expect: [
    {
      that: 'each word of the Pi is heard soon: three begin a talk, three end it',
      check: 'within',
      from: { type: 'control.sent', host: 'pi' },
      to: { type: 'control.received', host: 'server' },
      same: ['message', 'session'],
      atMost: '2.5 s',
      times: 6,
    },
    {
      that: 'and so is its sound',
      check: 'within',
      from: { type: 'audio.sent', host: 'pi' },
      to: { type: 'audio.received', host: 'server' },
      same: ['session'],
      inOrder: true,
      atMost: '2.5 s',
      times: 290,
    },
    {
      that: 'bytes that are dropped of the first talk, half of it',
      check: 'total',
      of: { type: 'audio.dropped', host: 'pi', reason: 'uplink_full' },
      field: 'bytes',
      before: '70 s',
      atLeast: 850_000,
      atMost: 960_000,
    },
    {
      that: 'bytes of it that arrive, the other half',
      check: 'total',
      of: { type: 'audio.received', host: 'server' },
      field: 'bytes',
      before: '70 s',
      atLeast: 890_000,
      atMost: 960_000,
    },
    {
      that: 'talks that the person ends, and nobody else',
      check: 'sequence',
      of: { type: 'session.ended', host: 'pi' },
      field: 'reason',
      is: ['user', 'user', 'user'],
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
