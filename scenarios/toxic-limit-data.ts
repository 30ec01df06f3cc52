import { scenario } from '../src/sim/scenario';

const says = 'hey-jarvis-what-time-is-it';
const toxic = { kind: 'toxic', type: 'limit_data' } as const;
const WAYS = ['upgrade', 'header', 'answer', 'asks'] as const;

/** What the server answers to an upgrade; its first frame, the welcome, comes with it. */
const UPGRADE_BYTES = 162;
const OF_ANSWER_BYTES = 100_000;
const OF_QUESTION_BYTES = 20_000;

export default scenario({
  name: 'toxic-limit-data',
  story:
    'So many bytes, and the connection is closed at the last of them: one before the end of the ' +
    'upgrade, in the header of the first frame, within an answer, within a question. Exactly ' +
    'those bytes arrive, of a frame that was cut not a sound is heard, and each Pi is back once ' +
    'it may be.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '8 s', pieceEvery: '100 ms' } },
    ...Object.fromEntries(
      WAYS.map((device) => [`pi-${device}`, { program: 'client' as const, device }]),
    ),
  },
  acts: [
    { at: '10..11 s', on: 'pi-answer', says },
    { at: '10 s', on: 'pi-asks', says },
    ...WAYS.map((way) => ({ at: '40 s' as const, on: `pi-${way}`, says })),
  ],
  faults: [
    {
      ...toxic,
      at: '0 s',
      for: '5 s',
      between: ['pi-upgrade', 'server'],
      attributes: { bytes: UPGRADE_BYTES - 1 },
    },
    {
      ...toxic,
      at: '0 s',
      for: '5 s',
      between: ['pi-header', 'server'],
      attributes: { bytes: UPGRADE_BYTES + 1 },
    },
    {
      ...toxic,
      at: '9 s',
      for: '20 s',
      between: ['pi-answer', 'server'],
      attributes: { bytes: OF_ANSWER_BYTES },
    },
    {
      ...toxic,
      at: '9 s',
      for: '20 s',
      between: ['pi-asks', 'server'],
      stream: 'upstream',
      attributes: { bytes: OF_QUESTION_BYTES },
    },
  ],
  lasts: '60 s',
  expect: [
    {
      that: 'a byte short of its upgrade no dial succeeds',
      check: 'count',
      of: { type: 'link.failed', host: 'pi-upgrade', label: 'dial_closed' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'with a byte of the welcome each is upgraded, and lost',
      check: 'count',
      of: { type: 'link.failed', host: 'pi-header', label: 'fin' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'upgrades that succeed meanwhile',
      check: 'sequence',
      of: { type: 'link.open', host: 'pi-upgrade' },
      field: 'connection',
      is: ['c3'],
    },
    {
      that: 'and of the other Pi',
      check: 'sequence',
      of: { type: 'link.open', host: 'pi-header' },
      field: 'connection',
      is: ['c1', 'c2', 'c3'],
    },
    {
      that: 'bytes that come of the answer, with all that came since the toxic',
      check: 'total',
      of: { type: 'wire.delivered', from: 'toxiproxy-pi-answer', to: 'pi-answer' },
      field: 'bytes',
      after: '9 s',
      before: '18.4 s',
      atLeast: OF_ANSWER_BYTES,
      atMost: OF_ANSWER_BYTES,
    },
    {
      that: 'whole frames of it that may be heard, in bytes',
      check: 'values',
      of: { type: 'playback.ended', host: 'pi-answer', how: 'stopped' },
      field: 'receivedBytes',
      ranges: [[99_200, 99_200]],
    },
    {
      that: 'the Pi is silent after the loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi-answer', label: 'fin' },
      to: { type: 'speaker.silent', host: 'pi-answer', how: 'stopped' },
      atMost: '1 s',
    },
    {
      that: 'bytes that the server is sent of the question',
      check: 'total',
      of: { type: 'wire.delivered', from: 'toxiproxy-pi-asks', to: 'server' },
      field: 'bytes',
      after: '9 s',
      before: '12.5 s',
      atLeast: OF_QUESTION_BYTES,
      atMost: OF_QUESTION_BYTES,
    },
    {
      that: 'people who are told that they were cut short',
      check: 'count',
      of: { type: 'cue.played', cue: 'interrupted' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'TCP connections',
      check: 'count',
      of: { type: 'link.dialing' },
      before: '60 s',
      atLeast: 10,
      atMost: 10,
    },
    {
      that: 'answers that are heard in the end',
      check: 'count',
      of: { type: 'playback.ended', how: 'finished', playedBytes: 256_000 },
      after: '40 s',
      atLeast: WAYS.length,
      atMost: WAYS.length,
    },
  ],
});
