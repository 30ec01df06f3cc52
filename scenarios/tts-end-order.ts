import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 320_000;
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
  expect: [],
});
