import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 64_000;
const ATTRIBUTES = { latency: 400, jitter: 100 };
/** Latency - jitter to latency + jitter - 1, and 5 ms each way. */
const RTT_MS: [number, number] = [310, 509];

const PIS = [
  { host: 'pi-up', stream: 'upstream' },
  { host: 'pi-down', stream: 'downstream' },
] as const;

export default scenario({
  name: 'toxic-latency',
  story:
    'What one Pi says comes 400 ms late, and what is said to the other, give or take 100 ms. ' +
    'Both wait a moment longer for their answer and hear all of it, in order; a heartbeat is no ' +
    'less of one for being slow.',
  hosts: {
    server: { program: 'server', engine: {} },
    'pi-up': { program: 'client', device: 'up' },
    'pi-down': { program: 'client', device: 'down' },
  },
  acts: PIS.map(({ host }) => ({ at: '10..14 s', on: host, says: 'hey-jarvis-what-time-is-it' })),
  faults: PIS.map(({ host, stream }) => ({
    at: '5 s',
    kind: 'toxic',
    type: 'latency',
    between: [host, 'server'],
    stream,
    attributes: ATTRIBUTES,
  })),
  lasts: '65 s',
  expect: [
    ...PIS.flatMap(({ host }) => [
      {
        that: `the session of ${host} is acknowledged as late as the toxic makes it`,
        check: 'within' as const,
        from: { type: 'session.requested', host },
        to: { type: 'session.started', host },
        // And one timer of the engine.
        atLeast: '310 ms' as const,
        atMost: '510 ms' as const,
      },
      {
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
      },
    ]),
    {
      that: 'rounds of the heartbeats of both ends, in ms',
      check: 'values',
      of: { type: 'heartbeat.pong' },
      field: 'rttMs',
      ranges: [RTT_MS],
      times: 8,
    },
    {
      that: 'what the late microphone heard arrives, all of it and in order',
      check: 'within',
      from: { type: 'audio.sent', host: 'pi-up' },
      to: { type: 'audio.received', host: 'server' },
      same: ['session'],
      inOrder: true,
      before: '40 s',
      atLeast: '305 ms',
      // Jitter never reorders: what drew less waits for what is in front of it.
      atMost: '504 ms',
      times: 50,
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
