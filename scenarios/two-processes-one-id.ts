import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'two-processes-one-id',
  story:
    'Somebody copies the card of the Pi, and two processes claim one name. The newest wins at ' +
    'once, because it may be the same Pi after a power cut; the loser waits for a minute before ' +
    'it claims the name again. So there is one takeover a minute, not a storm of them, and time ' +
    'for a question in between. When the copy is switched off, the Pi has its name for good.',
  hosts: {
    server: { program: 'server' },
    pi: { program: 'client', device: 'kitchen' },
    copy: { program: 'client', device: 'kitchen', startsAt: '1..40 s' },
  },
  acts: [
    { at: '42 s', on: 'copy', says: talks },
    { at: '48 s', on: 'copy', presses: 'button' },
    { at: '49 s', says: 'hey-jarvis' },
    { at: '580..600 s', on: 'copy', stops: 'program' },
  ],
  lasts: '750 s',
  expect: [
    {
      that: 'takeovers',
      check: 'rate',
      of: { type: 'link.replaced', host: 'server' },
      per: '1 min',
      atMost: 1,
    },
    {
      that: 'takeovers in ten minutes',
      check: 'count',
      of: { type: 'link.replaced', host: 'server' },
      atLeast: 9,
      atMost: 10,
    },
    {
      that: 'losses of the Pi once the copy is off',
      check: 'count',
      of: { type: 'link.lost', host: 'pi' },
      after: '600 s',
      atMost: 0,
    },
    {
      that: 'the newest has the name at once',
      check: 'within',
      from: { type: 'link.dialing' },
      to: { type: 'link.connected' },
      same: ['host', 'connection'],
      atMost: '50 ms',
      times: 10,
    },
    {
      that: 'the loser hears why, and that the other has come',
      check: 'within',
      from: { type: 'link.replaced', host: 'server' },
      to: { type: 'link.lost', label: 'replaced', code: 1013, initiator: 'remote' },
      atMost: '50 ms',
      times: 9,
    },
    {
      that: 'it waits for a minute, in ms',
      check: 'values',
      of: { type: 'backoff.scheduled' },
      field: 'delayMs',
      ranges: [[60_000, 60_000]],
      times: 9,
    },
    {
      that: 'each loses its name to the other, and to nothing else',
      check: 'count',
      of: { type: 'link.lost', host: 'server', label: 'replaced', code: 1013 },
      atLeast: 9,
      atMost: 10,
    },
    {
      that: 'dials that fail',
      check: 'count',
      of: { type: 'link.failed' },
      atMost: 0,
    },
    {
      that: 'a question to the one that has the name is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'copy', how: 'finished' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'and the other tells whoever speaks to it that it is offline',
      check: 'count',
      of: { type: 'cue.played', host: 'pi', cue: 'offline' },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
