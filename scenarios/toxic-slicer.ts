import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 64_000;
const SLICES = {
  'pi-crumbs': { average_size: 7, size_variation: 3, delay: 50 },
  'pi-slices': { average_size: 300, size_variation: 100, delay: 2_000 },
} as const;
const PIS = ['pi-crumbs', 'pi-slices'] as const;
const WAYS = ['upstream', 'downstream'] as const;

export default scenario({
  name: 'toxic-slicer',
  story:
    'Both ways everything comes in crumbs or in slices, with a pause after each: the upgrade, ' +
    'frames and their headers, pings. Who puts them together again loses nothing, and the answer ' +
    'is heard, a little later, as if it had come whole.',
  hosts: {
    server: { program: 'server', engine: {} },
    'pi-crumbs': { program: 'client', device: 'crumbs' },
    'pi-slices': { program: 'client', device: 'slices' },
  },
  acts: PIS.map((on) => ({ at: '10..12 s', on, says: 'hey-jarvis-what-time-is-it' })),
  faults: PIS.flatMap((host) =>
    WAYS.map((stream) => ({
      at: '0 s' as const,
      kind: 'toxic' as const,
      type: 'slicer' as const,
      between: [host, 'server'] as [string, string],
      stream,
      attributes: SLICES[host],
    })),
  ),
  lasts: '35 s',
  expect: [
    ...(['server', 'pi-crumbs'] as const).map((to) => ({
      that: `bytes that come to ${to} at a time, in crumbs`,
      check: 'values' as const,
      of: { type: 'wire.delivered', from: 'toxiproxy-pi-crumbs', to },
      field: 'bytes',
      before: '35 s' as const,
      // Halves of what is more than 10 bytes.
      ranges: [[2, 10] as [number, number]],
      times: 8_000,
    })),
    ...(['server', 'pi-slices'] as const).map((to) => ({
      that: `and to ${to}, in slices`,
      check: 'values' as const,
      of: { type: 'wire.delivered', from: 'toxiproxy-pi-slices', to },
      field: 'bytes',
      before: '35 s' as const,
      // What is sent may be less than a slice.
      ranges: [[2, 400] as [number, number]],
      times: 160,
    })),
    ...PIS.flatMap((host) => [
      {
        that: `all that the microphone of ${host} heard arrives, in order`,
        check: 'within' as const,
        from: { type: 'audio.sent', host },
        to: { type: 'audio.received', host: 'server' },
        same: ['session', 'bytes'],
        inOrder: true,
        before: '34 s' as const,
        atMost: '500 ms' as const,
        times: 100,
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
      // 160 slices and more, of 400 bytes and less; 6,400 crumbs of 10 bytes and less.
      that: 'the end of the answer comes once all of its slices have come',
      check: 'within',
      from: { type: 'control.sent', host: 'server', message: 'tts_stream_end' },
      to: { type: 'control.received', message: 'tts_stream_end' },
      same: ['session'],
      atLeast: '320 ms',
      atMost: '700 ms',
      times: PIS.length,
    },
    { that: 'input that is wrong', check: 'count', of: { type: 'input.rejected' }, atMost: 0 },
    {
      that: 'pings that are answered, of both ends',
      check: 'count',
      of: { type: 'heartbeat.pong' },
      before: '35 s',
      atLeast: 4,
    },
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
