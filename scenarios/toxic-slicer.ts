import { scenario } from '../src/sim/scenario';

const ANSWER_BYTES = 64_000;
const PIS = ['pi-crumbs', 'pi-slices'] as const;

/** Crumbs while nobody speaks: the upgrade and the welcome, then pings. Slices at other times. */
const CRUMBS = { average_size: 3, size_variation: 1, delay: 50 };
const THIN = { average_size: 50, size_variation: 30, delay: 50 };
const THICK = { average_size: 300, size_variation: 100, delay: 2_000 };

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
  acts: [
    ...PIS.map((on) => ({ at: '10..12 s' as const, on, says: 'hey-jarvis-what-time-is-it' })),
    { at: '25 s', on: 'pi-crumbs', presses: 'button' },
  ],
  faults: [
    ...slicer('pi-crumbs', { at: '0 s', for: '9 s', attributes: CRUMBS }),
    ...slicer('pi-crumbs', { at: '9 s', for: '17 s', attributes: THIN }),
    ...slicer('pi-crumbs', { at: '26 s', attributes: CRUMBS }),
    ...slicer('pi-slices', { at: '0 s', attributes: THICK }),
  ],
  lasts: '35 s',
  expect: [
    ...(['server', 'pi-crumbs'] as const).flatMap((to) => [
      {
        that: `bytes that come to ${to} at a time at first, in crumbs`,
        check: 'values' as const,
        of: { type: 'wire.delivered', from: 'toxiproxy-pi-crumbs', to },
        field: 'bytes',
        before: '9 s' as const,
        ranges: [[1, 4] as [number, number]],
        times: 60,
      },
      {
        that: `and in slices when there is sound for ${to}`,
        check: 'values' as const,
        of: { type: 'wire.delivered', from: 'toxiproxy-pi-crumbs', to },
        field: 'bytes',
        after: '9 s' as const,
        before: '25.5 s' as const,
        // What is sent may be less than a slice.
        ranges: [[1, 80] as [number, number]],
        times: 800,
      },
      {
        that: `and in crumbs again: the ping and the pong of ${to}`,
        check: 'values' as const,
        of: { type: 'wire.delivered', from: 'toxiproxy-pi-crumbs', to },
        field: 'bytes',
        after: '26 s' as const,
        before: '35 s' as const,
        ranges: [[1, 4] as [number, number]],
        times: 2,
      },
    ]),
    ...(['server', 'pi-slices'] as const).map((to) => ({
      that: `bytes that come to ${to} at a time from the other`,
      check: 'values' as const,
      of: { type: 'wire.delivered', from: 'toxiproxy-pi-slices', to },
      field: 'bytes',
      before: '35 s' as const,
      ranges: [[1, 400] as [number, number]],
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
      // 800 slices and more at 50 us, 160 and more at 2 ms.
      that: 'the end of the answer comes once all of its slices have come',
      check: 'within',
      from: { type: 'control.sent', host: 'server', message: 'tts_stream_end' },
      to: { type: 'control.received', message: 'tts_stream_end' },
      same: ['session'],
      atLeast: '40 ms',
      atMost: '700 ms',
      times: PIS.length,
    },
    {
      that: 'input that is wrong, but for what crosses the end of the session',
      check: 'count',
      of: { type: 'input.rejected' },
      before: '25 s',
      atMost: 0,
    },
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

function slicer(
  host: string,
  window: { at: `${number} s`; for?: `${number} s`; attributes: typeof CRUMBS },
) {
  return (['upstream', 'downstream'] as const).map((stream) => ({
    ...window,
    kind: 'toxic' as const,
    type: 'slicer' as const,
    between: [host, 'server'] as [string, string],
    stream,
  }));
}
