import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'open-then-1013-loop',
  story:
    'A server takes every connection and closes it at once with 1013: it has no place for us. ' +
    'One Pi is even welcomed first, the other is not. Both leave the server alone for a minute ' +
    'each time; the original, which counted anew at open, came back every 2 to 3 s for ever.',
  hosts: {
    full: {
      program: 'peer',
      does: {
        behaviour: 'accepts_and_closes',
        code: 1013,
        lives: ['0 ms', '0..400 ms', '1..9 s', '0 ms', '11..15 s', '0 ms'],
      },
    },
    fuller: {
      program: 'peer',
      does: { behaviour: 'accepts_and_closes', code: 1013, welcomes: false },
    },
    pi: { program: 'client', server: 'full' },
    'pi-unwelcome': { program: 'client', server: 'fuller', device: 'unwelcome' },
  },
  latency: '1..100 ms',
  lasts: '9 min',
  expect: [
    ...(['pi', 'pi-unwelcome'] as const).map((host) => ({
      that: `dials of ${host}`,
      check: 'rate' as const,
      of: { type: 'link.dialing', host },
      per: '180 s' as const,
      atMost: 4,
    })),
    {
      that: 'and they go on: after each end the next dial comes a minute later',
      check: 'within',
      from: { type: 'backoff.scheduled' },
      to: { type: 'link.dialing' },
      same: ['host'],
      before: '7 min',
      atLeast: '1 min',
      atMost: '1 min',
      times: 12,
    },
    {
      that: 'n grows with each end; after a connection of 10 s it starts again, at the minute',
      check: 'sequence',
      of: { type: 'backoff.scheduled', host: 'pi' },
      field: 'attempt',
      is: [6, 7, 8, 9, 6, 7, 8, 9, 10],
    },
    {
      that: 'without a welcome n grows as well',
      check: 'sequence',
      of: { type: 'backoff.scheduled', host: 'pi-unwelcome' },
      field: 'attempt',
      is: [6, 7, 8, 9, 10, 11, 12, 13, 14],
    },
    {
      that: 'each loss is known for a server that is busy',
      check: 'count',
      of: { type: 'link.lost', host: 'pi', label: 'busy', code: 1013 },
      atLeast: 9,
      atMost: 9,
    },
    {
      that: 'where no welcome comes nothing was connected, so nothing is lost',
      check: 'count',
      of: { type: 'link.failed', host: 'pi-unwelcome', label: 'busy', code: 1013 },
      atLeast: 9,
      atMost: 9,
    },
  ],
});
