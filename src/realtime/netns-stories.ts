/**
 * What is played with real kernels, as scenarios. Client and server have their own defaults, so
 * that what is compared is what runs: pings at 30 s, silence noticed 10 s later.
 *
 * Waits before dials are drawn, from another chance in each world. So nothing here hangs by a
 * second: a fault begins and ends where every draw leads to the same events.
 */
import { scenario, type ScenarioInput } from '../sim/scenario';

/** They are connected from 1 s on: they ping at 31 s, and unanswered lose each other at 41 s. */
const HOSTS = {
  server: { program: 'server' },
  pi: { program: 'client', startsAt: '1 s' },
} as const;

export const NETNS_STORIES: readonly ScenarioInput[] = [
  scenario({
    name: 'half-open',
    story:
      'The link dies without a word, and both ends notice by their heartbeats. The Pi dials into ' +
      'nothing from 43 to 44 s on. Its SYNs are lost until the link is back, and the one 7 s ' +
      'after the first gets through.',
    hosts: HOSTS,
    latency: '0 ms',
    faults: [{ at: '5 s', kind: 'outage', for: '44.7 s' }],
    lasts: '54 s',
  }),
  scenario({
    name: 'outage',
    story:
      'For 4 s, in which both ends ping, no packet gets through. TCP sends them again, the pongs ' +
      'are late, and nothing is lost.',
    hosts: HOSTS,
    latency: '0 ms',
    faults: [{ at: '29 s', kind: 'outage', for: '4 s' }],
    lasts: '44 s',
  }),
  scenario({
    name: 'power-loss',
    story:
      'The Pi loses its power, and not one packet tells of it. The server notices by its ' +
      'heartbeat. The Pi is back after that, and is connected as it was before.',
    hosts: HOSTS,
    latency: '0 ms',
    faults: [{ at: '5 s', kind: 'power_loss', host: 'pi', for: '38 s' }],
    lasts: '48 s',
  }),
  scenario({
    name: 'restart',
    story:
      'The server is told to stop, and says so. The first dial, 2 to 3 s later, is refused. The ' +
      'server is started again, and the second dial, after 4 to 5 s more, gets through.',
    hosts: HOSTS,
    latency: '0 ms',
    faults: [{ at: '5 s', kind: 'restart', host: 'server', for: '3.3 s' }],
    lasts: '16 s',
  }),
];
