import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 320_000;
const says = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'toxic-bandwidth',
  story:
    'One Pi speaks through half of what its microphone needs: the oldest sound is dropped, and ' +
    'what it says to end the talk does not queue behind the rest. Another hears through three ' +
    'quarters of what a voice needs, and a third has its answer held for some seconds: it ' +
    'stutters or pauses, and every sample of it is heard.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '10 s', pieceEvery: '100 ms' } },
    silent: { program: 'server', engine: { answersAfter: 'never' } },
    'pi-speaks': { program: 'client', server: 'silent' },
    'pi-hears': { program: 'client', device: 'hears' },
    'pi-waits': { program: 'client', device: 'waits' },
  },
  acts: [
    { at: '10 s', on: 'pi-speaks', presses: 'button' },
    { at: '30..32 s', on: 'pi-speaks', presses: 'button' },
    { at: '10..12 s', on: 'pi-hears', says },
    { at: '10..12 s', on: 'pi-waits', says },
  ],
  faults: [
    {
      at: '5 s',
      kind: 'toxic',
      type: 'bandwidth',
      between: ['pi-speaks', 'silent'],
      stream: 'upstream',
      attributes: { rate: 16 },
    },
    {
      at: '5 s',
      kind: 'toxic',
      type: 'bandwidth',
      between: ['pi-hears', 'server'],
      attributes: { rate: 24 },
    },
    {
      at: '19 s',
      for: '6 s',
      kind: 'toxic',
      type: 'bandwidth',
      between: ['pi-waits', 'server'],
      attributes: { rate: 0 },
    },
  ],
  lasts: '50 s',
  expect: [
    {
      that: 'each word of the Pi that speaks is heard soon',
      check: 'within',
      from: { type: 'control.sent', host: 'pi-speaks' },
      to: { type: 'control.received', host: 'silent' },
      same: ['message', 'session'],
      atMost: '2.5 s',
      times: 2,
    },
    {
      that: 'bytes of its talk that arrive: 16 a millisecond, and no more',
      check: 'total',
      of: { type: 'audio.received', host: 'silent' },
      field: 'bytes',
      atLeast: 310_000,
      atMost: 390_000,
    },
    {
      that: 'bytes of it that are dropped, the other half',
      check: 'total',
      of: { type: 'audio.dropped', host: 'pi-speaks', reason: 'uplink_full' },
      field: 'bytes',
      atLeast: 250_000,
      atMost: 370_000,
    },
    {
      // 10 s of sound are 320,000 bytes, and at 24 a millisecond they take 13.3 s.
      that: 'the answer takes as long as its bytes do',
      check: 'within',
      from: { type: 'playback.started', host: 'pi-hears' },
      to: { type: 'playback.ended', host: 'pi-hears', how: 'finished' },
      atLeast: '13.3 s',
      atMost: '13.8 s',
    },
    {
      that: 'pieces of the other answer that come while it is held',
      check: 'count',
      of: { type: 'audio.received', host: 'pi-waits' },
      after: '19.006 s',
      before: '25 s',
      atMost: 0,
    },
    {
      that: 'which takes as much longer',
      check: 'within',
      from: { type: 'playback.started', host: 'pi-waits' },
      to: { type: 'playback.ended', host: 'pi-waits', how: 'finished' },
      atLeast: '15.8 s',
      atMost: '16.2 s',
    },
    ...(['pi-hears', 'pi-waits'] as const).map((host) => ({
      that: `${host} hears the whole answer`,
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
    })),
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
