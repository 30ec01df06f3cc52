import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'cold-boot-no-dns',
  story:
    'After a power cut the Pi is up before the router is. First nothing answers its question for ' +
    'the name of the server, then the router does, and knows no such name. The Pi asks less and ' +
    'less often, says that it is offline to whoever calls it, and connects at its next try.',
  latency: '1..40 ms',
  acts: [
    { at: '18..29 s', says: 'hey-jarvis' },
    { at: '75 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  faults: [
    { at: '0 ms', kind: 'dns', code: 'EAI_AGAIN', for: '20 s' },
    { at: '20 s', kind: 'dns', code: 'ENOTFOUND', for: '15..41 s' },
  ],
  lasts: '115 s',
  expect: [
    {
      that: 'the waits in ms',
      check: 'values',
      of: { type: 'backoff.scheduled', host: 'pi' },
      field: 'delayMs',
      ranges: [
        [2_000, 2_999],
        [4_000, 4_999],
        [8_000, 8_999],
        [16_000, 16_999],
        [32_000, 32_999],
      ],
      times: 5,
    },
    {
      that: 'dials, the first one at once, the last one in vain no more',
      check: 'count',
      of: { type: 'link.dialing', host: 'pi' },
      atLeast: 6,
      atMost: 6,
    },
    {
      that: 'each failure has the label dns',
      check: 'count',
      of: { type: 'link.failed', host: 'pi', label: 'dns' },
      atLeast: 5,
      atMost: 5,
    },
    {
      that: 'the hotword is heard all the same, and the Pi says that it is offline',
      check: 'within',
      from: { type: 'hotword.detected', host: 'pi', online: false },
      to: { type: 'cue.played', host: 'pi', cue: 'offline' },
      atMost: '100 ms',
    },
    {
      that: 'connected after names can be resolved',
      check: 'within',
      from: { type: 'fault.ended', fault: 'dns' },
      to: { type: 'link.connected', host: 'pi' },
      after: '21 s',
      atMost: '33 s',
    },
    {
      that: 'a question is answered then',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
