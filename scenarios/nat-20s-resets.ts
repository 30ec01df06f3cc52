import { scenario } from '../src/sim/scenario';

const TIMEOUT = '20 s';

export default scenario({
  name: 'nat-20s-resets',
  story:
    'A router forgets a connection that is silent for 20 s, which is less than a heartbeat, and ' +
    'answers what still comes of it with a reset. The Pi learns it by its next word, the server ' +
    'by its own; both let go at once and the Pi is back in seconds. Whoever asks in between is ' +
    'told that it cannot be, and once the router is replaced everything is as ever.',
  latency: '2..40 ms',
  acts: [
    // The first word after the silence.
    { at: '25..28 s', presses: 'button' },
    { at: '280 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  faults: [{ at: '1 s', kind: 'idle_timeout', after: TIMEOUT, how: 'reset', for: '4 min' }],
  lasts: '6 min',
  expect: [
    {
      that: 'connections that the router costs',
      check: 'count',
      of: { type: 'link.lost', host: 'pi', label: 'reset' },
      atLeast: 6,
      atMost: 9,
    },
    {
      that: 'and those that are lost at all',
      check: 'count',
      of: { type: 'link.lost', host: 'pi' },
      atLeast: 6,
      atMost: 9,
    },
    {
      that: 'the Pi is back in seconds',
      check: 'within',
      from: { type: 'link.lost', host: 'pi', label: 'reset' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '3.2 s',
      times: 6,
    },
    {
      that: 'the server, which was not told, learns it by its own pings',
      check: 'count',
      of: { type: 'link.lost', host: 'server', label: 'reset' },
      atLeast: 6,
      atMost: 9,
    },
    {
      that: 'the person who asks too late hears so',
      check: 'within',
      from: { type: 'button.pressed', host: 'pi' },
      to: { type: 'cue.played', host: 'pi' },
      before: '30 s',
      atMost: '100 ms',
    },
    {
      that: 'connections after the router was replaced: one that stays',
      check: 'count',
      of: { type: 'wire.opened', from: 'pi' },
      after: '275 s',
      atMost: 0,
    },
    {
      that: 'and the question is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
