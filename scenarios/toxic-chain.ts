import { scenario } from '../src/sim/scenario';

const says = 'hey-jarvis-what-time-is-it';
const ANSWER_BYTES = 64_000;
const LATENCY = { type: 'latency', attributes: { latency: 300 } } as const;
/** A byte a millisecond. */
const BANDWIDTH = { type: 'bandwidth', attributes: { rate: 1 } } as const;

/** `session_started` is 53 bytes, and 5 ms on its way. */
const CHAINS = [
  { host: 'pi-longer', chain: [BANDWIDTH, LATENCY], takes: '305 ms' },
  { host: 'pi-sum', chain: [LATENCY, BANDWIDTH], takes: '358 ms' },
] as const;

export default scenario({
  name: 'toxic-chain',
  story:
    'Two toxics one behind the other, in either order. A latency counts from when something was ' +
    'read: behind a bandwidth it takes the longer of the two times, before it their sum. When ' +
    'they are gone, the answer comes as if they had never been.',
  hosts: {
    server: { program: 'server', engine: { answersAfter: '8 s' } },
    ...Object.fromEntries(
      CHAINS.map(({ host }) => [host, { program: 'client' as const, device: host }]),
    ),
  },
  acts: CHAINS.map(({ host }) => ({ at: '8..9 s', on: host, says })),
  faults: CHAINS.flatMap(({ chain, host }) =>
    chain.map((toxic) => ({
      ...toxic,
      at: '5 s' as const,
      for: '8 s' as const,
      kind: 'toxic' as const,
      between: [host, 'server'] as [string, string],
    })),
  ),
  lasts: '35 s',
  expect: [
    ...CHAINS.map(({ host, takes }) => ({
      that: `the start of the session takes so long to ${host}`,
      check: 'within' as const,
      from: { type: 'session.requested', host },
      to: { type: 'session.started', host },
      // 5 ms there, and one timer of the engine.
      atLeast: takes,
      atMost: `${parseInt(takes) + 6} ms` as const,
    })),
    ...CHAINS.map(({ host }) => ({
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
    {
      that: 'the end of the answer, which nothing delays any more',
      check: 'within',
      from: { type: 'control.sent', host: 'server', message: 'tts_stream_end' },
      to: { type: 'control.received', message: 'tts_stream_end' },
      same: ['session'],
      atMost: '5 ms',
      times: CHAINS.length,
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
