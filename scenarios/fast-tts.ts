import { scenario } from '../src/sim/scenario';

/** A minute of speech: twice what a Pi takes into its queue. */
const ANSWER_BYTES = 1_920_000;

const answerLasts = '60 s';

/** The least and the most that may be in store at each Pi when most is; at a server's pace 20 s. */
const IN_STORE: Readonly<Record<string, [number, number]>> = {
  'pi-eager': [700_000, 960_000],
  'pi-paced': [600_000, 660_000],
  'pi-calm': [0, 32_000],
};
const PIS = Object.keys(IN_STORE);

export default scenario({
  name: 'fast-tts',
  story:
    'A minute of speech is ready at once. One server sends it as fast as the link goes, one no ' +
    'further ahead than it should, one has a voice that is no faster than people are. All three ' +
    'Pis say the very same, and none has more than half a minute in store.',
  hosts: {
    eager: {
      program: 'server',
      engine: { answerLasts, pieceEvery: '0..3 ms' },
      settings: { maxPlaybackLeadMs: 600_000 },
    },
    paced: { program: 'server', engine: { answerLasts } },
    calm: { program: 'server', engine: { answerLasts, pieceEvery: '100 ms' } },
    'pi-eager': { program: 'client', server: 'eager' },
    'pi-paced': { program: 'client', server: 'paced' },
    'pi-calm': { program: 'client', server: 'calm' },
  },
  acts: PIS.map((on) => ({
    at: on === 'pi-calm' ? '29.6 s' : '27.2..29.5 s',
    on,
    says: 'hey-jarvis-what-time-is-it',
  })),
  lasts: '105 s',
  expect: [
    ...Object.entries(IN_STORE).flatMap(([pi, inStore]) => [
      {
        that: `bytes that ${pi} receives, and that are heard to the end`,
        check: 'total' as const,
        of: { type: 'playback.ended', host: pi, how: 'finished' },
        field: 'playedBytes',
        atLeast: ANSWER_BYTES,
        atMost: ANSWER_BYTES,
      },
      {
        that: `the most that waits at ${pi}`,
        check: 'values' as const,
        of: { type: 'speaker.silent', host: pi },
        field: 'mostQueuedBytes',
        ranges: [inStore],
      },
    ]),
    ...(['pi-eager', 'pi-paced'] as const).map((pi) => ({
      that: `what ${pi} says is what pi-calm says`,
      check: 'within' as const,
      from: { type: 'speaker.silent', host: pi },
      to: { type: 'speaker.silent', host: 'pi-calm' },
      same: ['sound'],
      atMost: '5 s' as const,
    })),
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
