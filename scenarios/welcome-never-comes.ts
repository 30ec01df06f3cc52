import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'welcome-never-comes',
  story:
    'A server upgrades, and then says nothing: it hangs, or is none of ours. The Pi does not ' +
    'take the open socket for a link. 10 s after it dialled, however long the way took, it hangs ' +
    'up and waits longer from time to time, and to whoever calls it it says that it is offline.',
  hosts: {
    server: { program: 'peer', does: { behaviour: 'never_welcomes' } },
    pi: { program: 'client' },
  },
  latency: '1..900 ms',
  acts: [{ at: '4..8 s', says: 'hey-jarvis' }],
  lasts: '275 s',
  expect: [
    {
      that: 'each dial is given up after 10 s, upgrade and welcome together',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi' },
      to: { type: 'link.failed', host: 'pi', label: 'no_welcome' },
      same: ['connection'],
      before: '262 s',
      atLeast: '10 s',
      atMost: '10 s',
      times: 8,
    },
    {
      that: 'the socket is cut then, not asked to close',
      check: 'within',
      from: { type: 'link.failed', host: 'pi' },
      to: { type: 'link.closed', host: 'pi' },
      same: ['connection'],
      atMost: '0 ms',
      times: 8,
    },
    {
      that: 'n is not reset at open: the waits in ms',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'pi' },
      field: 'delayMs',
      ranges: [
        [2_000, 2_999],
        [4_000, 4_999],
        [8_000, 8_999],
        [16_000, 16_999],
        [32_000, 32_999],
        [60_000, 60_000],
      ],
      times: 8,
    },
    {
      that: 'connections that pass for one',
      check: 'count',
      of: { machine: 'link', to: 'connected' },
      atMost: 0,
    },
    {
      that: 'the hotword opens no session, and the Pi says that it is offline',
      check: 'within',
      from: { type: 'hotword.detected', host: 'pi', online: false },
      to: { type: 'cue.played', host: 'pi', cue: 'offline' },
      atMost: '100 ms',
    },
  ],
});
