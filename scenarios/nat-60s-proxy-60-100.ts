import { scenario } from '../src/sim/scenario';

const HOURS = 2;
/** One every half a minute, the first one half a minute after connecting. */
const PINGS = HOURS * 120 - 1;
const PIS = ['pi-nat', 'pi-nginx', 'pi-cloud'] as const;

export default scenario({
  name: 'nat-60s-proxy-60-100',
  story:
    'Between three Pis and their server stand a router that forgets a silent connection after ' +
    'a minute, an nginx that ends it after a minute, and a proxy in the cloud that takes 100 s. ' +
    'Nobody speaks for two hours, and all three are still connected: a heartbeat is no silence.',
  hosts: {
    server: { program: 'server' },
    'pi-nat': { program: 'client', device: 'nat' },
    'pi-nginx': { program: 'client', device: 'nginx' },
    'pi-cloud': { program: 'client', device: 'cloud' },
  },
  latency: '1..200 ms',
  acts: PIS.map((on) => ({ at: '119 min' as const, on, presses: 'button' as const })),
  faults: [
    {
      at: '0..50 s',
      kind: 'idle_timeout',
      between: ['pi-nat', 'server'],
      after: '60 s',
      how: 'silence',
    },
    {
      at: '0..50 s',
      kind: 'idle_timeout',
      between: ['pi-nginx', 'server'],
      after: '60 s',
      how: 'close',
    },
    {
      at: '0..50 s',
      kind: 'idle_timeout',
      between: ['pi-cloud', 'server'],
      after: '100 s',
      how: 'close',
    },
  ],
  lasts: '2 h',
  expect: [
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
    {
      that: 'TCP connections, one for each Pi',
      check: 'count',
      of: { type: 'wire.opened' },
      atLeast: PIS.length,
      atMost: PIS.length,
    },
    ...PIS.map((host) => ({
      that: `pings of ${host} that are answered`,
      check: 'count' as const,
      of: { type: 'heartbeat.pong', host },
      atLeast: PINGS - 1,
      atMost: PINGS,
    })),
    {
      that: 'each Pi has a talk at once when it wants one',
      check: 'within',
      from: { type: 'session.requested' },
      to: { type: 'session.started' },
      same: ['session'],
      atMost: '500 ms',
      times: PIS.length,
    },
  ],
});
