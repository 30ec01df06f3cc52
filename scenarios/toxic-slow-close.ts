import { scenario } from '../src/sim/scenario';

const says = 'hey-jarvis-what-time-is-it';
const toxic = { at: '5 s', kind: 'toxic', type: 'slow_close' } as const;
const attributes = { delay: 12_000 };

export default scenario({
  name: 'toxic-slow-close',
  story:
    'The FIN comes 12 s late. A Pi that was told by a close frame does not wait for it; one ' +
    'whose server was killed takes the link for alive until then, and whoever calls it hears ' +
    'that it cannot be. A Pi that is killed itself is back before its FIN is, and its new ' +
    'connection takes the place of the old.',
  hosts: {
    server: { program: 'server' },
    restarts: { program: 'server' },
    killed: { program: 'server' },
    pi: { program: 'client' },
    'pi-told': { program: 'client', server: 'restarts' },
    'pi-untold': { program: 'client', server: 'killed' },
  },
  acts: [
    { at: '22..24 s', on: 'pi-untold', says },
    ...['pi', 'pi-told', 'pi-untold'].map((on) => ({ at: '45 s' as const, on, says })),
  ],
  faults: [
    { ...toxic, attributes, stream: 'upstream' },
    { ...toxic, attributes, between: ['pi-told', 'restarts'] },
    { ...toxic, attributes, between: ['pi-untold', 'killed'] },
    { at: '20..21 s', kind: 'kill', host: 'pi', for: '0.5 s' },
    { at: '20..21 s', kind: 'restart', host: 'restarts', for: '0.5 s' },
    { at: '20..21 s', kind: 'kill', host: 'killed', for: '0.5 s' },
  ],
  lasts: '65 s',
  expect: [
    {
      that: 'the Pi that is told knows at once',
      check: 'within',
      from: { type: 'fault.began', fault: 'restart' },
      to: { type: 'link.lost', host: 'pi-told', label: 'peer_restart', code: 1012 },
      atMost: '5 ms',
    },
    {
      that: 'and cuts what its server does not close',
      check: 'within',
      from: { type: 'link.lost', host: 'pi-told' },
      to: { type: 'link.closed', host: 'pi-told' },
      before: '60 s',
      atLeast: '2 s',
      atMost: '2 s',
    },
    {
      that: 'and is connected to the next life of the server',
      check: 'within',
      from: { type: 'link.lost', host: 'pi-told' },
      to: { type: 'link.connected', host: 'pi-told' },
      before: '60 s',
      atMost: '3.1 s',
    },
    {
      that: 'the Pi that is not told learns it by the FIN',
      check: 'within',
      from: { type: 'host.killed', host: 'killed' },
      to: { type: 'link.lost', host: 'pi-untold', label: 'fin' },
      atLeast: '12 s',
      atMost: '12.005 s',
    },
    {
      that: 'who calls it meanwhile is told that it cannot be',
      check: 'within',
      from: { type: 'session.requested', host: 'pi-untold' },
      to: { type: 'cue.played', host: 'pi-untold', cue: 'rejected' },
      before: '30 s',
      atLeast: '5 s',
      atMost: '5 s',
    },
    {
      that: 'the Pi that was killed replaces itself',
      check: 'within',
      from: { type: 'host.started', host: 'pi' },
      to: { type: 'link.replaced', host: 'server' },
      after: '20 s',
      atMost: '20 ms',
    },
    {
      that: 'connections that its server ever lost by a FIN',
      check: 'count',
      of: { type: 'link.lost', host: 'server', label: 'fin' },
      atMost: 0,
    },
    {
      that: 'TCP connections: two of each Pi',
      check: 'count',
      of: { type: 'link.dialing' },
      before: '65 s',
      atLeast: 6,
      atMost: 6,
    },
    {
      that: 'answers that are heard in the end',
      check: 'count',
      of: { type: 'playback.ended', how: 'finished' },
      after: '45 s',
      atLeast: 3,
      atMost: 3,
    },
  ],
});
