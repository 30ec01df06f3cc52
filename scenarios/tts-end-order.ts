import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 320_000;
const PIECE_BYTES = 3_200;
const PIS = ['pi', 'pi-slower'] as const;

export default scenario({
  name: 'tts-end-order',
  story:
    'The way to the Pi takes less than a voice needs, and the answer stutters. Its end still ' +
    'comes after its last sound, all of it is heard, once, and only then does the Pi say so: ' +
    'the original’s end overtook its audio, and cut the answer.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '10 s' } },
    pi: { program: 'client' },
    'pi-slower': { program: 'client', device: 'slower' },
  },
  latency: '2..100 ms',
  acts: PIS.map((on) => ({ at: '10..12 s', on, says: 'hey-jarvis-what-time-is-it' })),
  faults: [
    { at: '5 s', kind: 'slow_path', direction: 'downstream', bytesPerSecond: 30_000 },
    {
      at: '5 s',
      kind: 'slow_path',
      between: ['pi-slower', 'server'],
      direction: 'downstream',
      bytesPerSecond: 24_000,
    },
  ],
  lasts: '50 s',
  expect: [
    {
      that: 'the end waits on the way, behind the sound',
      check: 'within',
      from: { type: 'control.sent', host: 'server', message: 'tts_stream_end' },
      to: { type: 'control.received', message: 'tts_stream_end' },
      same: ['session'],
      atLeast: '5 s',
      atMost: '15 s',
      times: PIS.length,
    },
    ...PIS.flatMap((host) => [
      {
        that: `${host} receives no sound after the end`,
        check: 'within' as const,
        from: { type: 'audio.received', host },
        to: { type: 'control.received', host, message: 'tts_stream_end' },
        same: ['session'],
        atMost: '15 s' as const,
        times: ANSWER_BYTES / PIECE_BYTES,
      },
      {
        that: `what ${host} received is what it was told and what was heard`,
        check: 'count' as const,
        of: {
          type: 'playback.ended',
          host,
          how: 'finished',
          receivedBytes: ANSWER_BYTES,
          playedBytes: ANSWER_BYTES,
        },
        atLeast: 1,
        atMost: 1,
      },
      {
        that: `${host} says so when the last of it was heard`,
        check: 'within' as const,
        from: { type: 'speaker.silent', host },
        to: { type: 'control.sent', host, message: 'playback_complete' },
        atMost: '0 ms' as const,
      },
    ]),
    {
      that: 'answers that the server knows to be heard',
      check: 'count',
      of: { type: 'turn.ended', host: 'server', bytes: ANSWER_BYTES },
      atLeast: PIS.length,
      atMost: PIS.length,
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
