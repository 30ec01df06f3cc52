import { scenario } from '../src/sim/scenario';

const DAY_S = 86_400;
const EVERY_S = 30;
const STRETCHES = DAY_S / EVERY_S;

/**
 * Round trips of a Pi whose Wi-Fi sleeps, as it was measured: half of them take up to 126 ms, nine
 * in ten up to 554 ms, 99 in a hundred up to 1,319 ms, and all up to 2,824 ms. Here by the way, so
 * half of that: out of a hundred stretches of time so many have a delay from this range.
 */
const TABLE = [
  [50, '1..62 ms'],
  [40, '62..276 ms'],
  [9, '276..658 ms'],
  [1, '658..1411 ms'],
] as const;
type OneWay = (typeof TABLE)[number][1];
const HUNDRED = TABLE.flatMap(([count, oneWay]) => new Array<OneWay>(count).fill(oneWay));
/** Has no factor in common with a hundred: neighbours in the table are none in time. */
const STRIDE = 37;

/** They change 10 s off the pings, each of which so has one round trip. */
const delays = Array.from({ length: STRETCHES }, (_, index) => ({
  at: `${index * EVERY_S + 10} s` as const,
  kind: 'latency' as const,
  oneWay: HUNDRED[(index * STRIDE) % HUNDRED.length] ?? ('1 ms' as const),
  for: `${EVERY_S} s` as const,
}));

export default scenario({
  name: 'wifi-powersave',
  story:
    'The radio of the Pi sleeps when it can, and a round trip takes 126 ms or half a second or, ' +
    'now and then, nearly three. It is idle for a day. Late is not dead: no ping costs the link.',
  latency: '1 ms',
  faults: [
    // The two ends ping 3 s apart, and neither takes the other’s ping for an answer to its own.
    { at: '0 ms', kind: 'latency', direction: 'downstream', oneWay: '3 s', for: '9 s' },
    ...delays,
  ],
  lasts: '24.1 h',
  expect: [
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
    { that: 'TCP connections', check: 'count', of: { type: 'wire.opened' }, atLeast: 1, atMost: 1 },
    {
      that: 'each ping is answered',
      check: 'within',
      from: { type: 'heartbeat.sent' },
      to: { type: 'heartbeat.pong' },
      same: ['host', 'connection'],
      atMost: '2830 ms',
      before: '24 h',
      times: 2 * STRETCHES - 2,
    },
    {
      that: 'the round trips of the Pi take as long, in ms: together',
      check: 'total',
      of: { type: 'heartbeat.pong', host: 'pi' },
      field: 'rttMs',
      before: '24 h',
      atLeast: 700_000,
      atMost: 850_000,
    },
  ],
});
