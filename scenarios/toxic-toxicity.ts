import { scenario } from '../src/sim/scenario';

const CLIENTS = 16;
const PIS = Array.from({ length: CLIENTS }, (_, index) => `pi-${index + 1}`);
/** How large a share of its connections each Pi loses. */
const TOXICITY = {
  ...Object.fromEntries(PIS.map((host) => [host, 0.5])),
  'pi-spared': 0,
  'pi-unlucky': 1,
};

export default scenario({
  name: 'toxic-toxicity',
  story:
    'Every second connection of a fleet is reset at its first byte, rolled anew for each. One Pi ' +
    'is spared and one is not, whatever is rolled. Who was spared once stays so, the others dial ' +
    'again, and all are there in the end.',
  hosts: {
    server: { program: 'server', settings: { maxDevices: CLIENTS + 2 } },
    ...Object.fromEntries(
      Object.keys(TOXICITY).map((device) => [
        device,
        { program: 'client' as const, device, startsAt: '1..2 s' as const },
      ]),
    ),
  },
  faults: Object.entries(TOXICITY).map(([host, toxicity]) => ({
    at: '0 s',
    for: '25 s',
    kind: 'toxic',
    type: 'reset_peer',
    between: [host, 'server'],
    toxicity,
  })),
  lasts: '55 s',
  expect: [
    {
      // None or all of 16 is one run in 30,000. The unlucky one is counted as well.
      that: 'first dials that fail: some and not all',
      check: 'count',
      of: { type: 'link.failed', connection: 'c1', label: 'dial_closed' },
      atLeast: 2,
      atMost: CLIENTS,
    },
    {
      that: 'dials of the spared one',
      check: 'count',
      of: { type: 'link.dialing', host: 'pi-spared' },
      before: '55 s',
      atMost: 1,
    },
    {
      // 1 to 2 s, 3 to 5 s, 7 to 10 s and 15 to 19 s after the beginning.
      that: 'dials in vain of the unlucky one',
      check: 'count',
      of: { type: 'link.failed', host: 'pi-unlucky', label: 'dial_closed' },
      atLeast: 4,
      atMost: 4,
    },
    {
      that: 'connected, each once',
      check: 'count',
      of: { type: 'link.connected' },
      before: '55 s',
      atLeast: CLIENTS + 2,
      atMost: CLIENTS + 2,
    },
    ...PIS.map((host) => ({
      that: `losses of ${host} once it was connected`,
      check: 'count' as const,
      of: { type: 'link.lost', host },
      atMost: 0,
    })),
  ],
});
