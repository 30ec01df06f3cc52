import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'server-frozen-15s',
  story:
    'In the middle of an answer the server’s process stands still, over a ping, and goes on 15 s ' +
    'later. The Pi’s FIN and its next dial wait for it, or the dial alone where the FIN was ' +
    'lost. In the end there is one client and one conversation, and the late end of the old ones ' +
    'does no harm.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '20 s' } },
    pi: { program: 'client' },
  },
  acts: [
    { at: '20 s', says: talks },
    { at: '60 s', says: talks },
  ],
  faults: [
    { at: '28.4..29.9 s', kind: 'pause', host: 'server', for: '15 s' },
    // The Pi gives up at 40.02 s, and the router forgets the connection before or after that.
    { at: '39..40.2 s', kind: 'silence', direction: 'upstream' },
    { at: '140 s', kind: 'restart', host: 'server', for: '1 s' },
  ],
  lasts: '150 s',
  expect: [
    {
      that: 'the Pi does not wait for it',
      check: 'within',
      from: { type: 'heartbeat.sent', host: 'pi' },
      to: { type: 'link.lost', host: 'pi', label: 'heartbeat_timeout' },
      before: '31 s',
      atLeast: '10 s',
      atMost: '10 s',
    },
    {
      that: 'and is connected as soon as the server goes on',
      check: 'within',
      from: { type: 'host.resumed', host: 'server' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '10 ms',
    },
    {
      that: 'connections that the server takes',
      check: 'count',
      of: { type: 'link.accepted', host: 'server' },
      before: '140 s',
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'of which it loses the old one, by FIN or by replacement',
      check: 'count',
      of: { type: 'link.lost', host: 'server' },
      before: '140 s',
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the conversation: one after the other, each to its end',
      check: 'sequence',
      of: { type: 'state.changed', host: 'server', machine: 'conversation' },
      field: 'to',
      is: [
        ...['starting', 'active', 'processing', 'speaking', 'passive'],
        ...['starting', 'active', 'processing', 'speaking', 'active', 'passive'],
      ],
    },
    {
      that: 'the loss ends the first with nothing in between',
      check: 'within',
      from: { type: 'link.lost', host: 'server' },
      before: '140 s',
      to: { type: 'state.changed', host: 'server', from: 'speaking', to: 'passive' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'bytes of the old answer on the new connection',
      check: 'total',
      of: { type: 'audio.sent', host: 'server' },
      field: 'bytes',
      after: '47 s',
      before: '60 s',
      atMost: 0,
    },
    {
      that: 'the next question is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '60 s',
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'the one client that it has in the end: who is told that it restarts',
      check: 'count',
      of: { type: 'link.lost', host: 'pi', label: 'peer_restart', code: 1012 },
      atLeast: 1,
      atMost: 1,
    },
  ],
});
