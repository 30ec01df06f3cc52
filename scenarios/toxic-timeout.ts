import { scenario } from '../src/sim/scenario';

const says = 'hey-jarvis-what-time-is-it';
const toxic = { at: '20 s', kind: 'toxic', type: 'timeout' } as const;
const attributes = { timeout: 4_000 };
const WAYS = ['closed', 'quiet', 'deaf', 'mute', 'freed'] as const;

export default scenario({
  name: 'toxic-timeout',
  story:
    'What is said on the way is dropped. Where that ends after 4 s without a word, a question ' +
    'that was just asked is lost with the link, and the person told. Where it never ends, the ' +
    'heartbeat of whoever hears nothing notices; and who is let go before that loses the link at ' +
    'once, because a stream with a hole in it is of no use.',
  hosts: {
    server: { program: 'server' },
    ...Object.fromEntries(
      WAYS.map((device) => [`pi-${device}`, { program: 'client' as const, device }]),
    ),
  },
  acts: [
    { at: '21.5..22 s', on: 'pi-closed', says },
    ...WAYS.map((way) => ({ at: '62 s' as const, on: `pi-${way}`, says })),
  ],
  faults: [
    { ...toxic, for: '7.5 s', between: ['pi-closed', 'server'], stream: 'upstream', attributes },
    { ...toxic, for: '5 s', between: ['pi-quiet', 'server'], attributes },
    { ...toxic, for: '33.5..35.5 s', between: ['pi-deaf', 'server'] },
    { ...toxic, for: '21 s', between: ['pi-mute', 'server'], stream: 'upstream' },
    { ...toxic, for: '3..8 s', between: ['pi-freed', 'server'] },
    {
      // So that the Pi hears a ping after its own, and only the server has nothing to live on.
      ...{
        at: '20 s',
        for: '21 s',
        kind: 'toxic',
        type: 'latency',
        attributes: { latency: 1_000 },
      },
      between: ['pi-mute', 'server'],
    },
  ],
  lasts: '80 s',
  expect: [
    {
      // Its one word starts the 4 s anew.
      that: 'the question is lost with the link, 4 s after it was asked',
      check: 'within',
      from: { type: 'session.requested', host: 'pi-closed' },
      to: { type: 'link.lost', host: 'pi-closed', label: 'fin' },
      before: '60 s',
      atLeast: '4.01 s',
      atMost: '4.01 s',
    },
    {
      that: 'and the person is told',
      check: 'count',
      of: { type: 'cue.played', host: 'pi-closed', cue: 'interrupted' },
      before: '60 s',
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'a link of which nobody has need is closed as well',
      check: 'within',
      from: { type: 'fault.began', id: 2 },
      to: { type: 'link.lost', host: 'pi-quiet', label: 'fin' },
      atLeast: '4 s',
      atMost: '4.005 s',
    },
    {
      that: 'the Pi that hears nothing notices by its first ping, 30 s and 10 s, in ms',
      check: 'values',
      of: { type: 'link.lost', host: 'pi-deaf', label: 'heartbeat_timeout' },
      field: 'upMs',
      ranges: [[40_000, 40_000]],
    },
    {
      that: 'and its next dial is not answered',
      check: 'within',
      from: { type: 'link.dialing', host: 'pi-deaf', attempt: 1 },
      to: { type: 'link.failed', host: 'pi-deaf', label: 'dial_timeout' },
      atLeast: '10 s',
      atMost: '10 s',
    },
    {
      that: 'the server notices that a Pi is mute, which hears it from there',
      check: 'within',
      from: { type: 'link.lost', host: 'server', label: 'heartbeat_timeout' },
      to: { type: 'link.lost', host: 'pi-mute', label: 'fin' },
      after: '40 s',
      atMost: '5 ms',
    },
    {
      that: 'the end of the toxic is that of the link',
      check: 'within',
      from: { type: 'fault.ended', id: 5 },
      to: { type: 'link.lost', host: 'pi-freed', label: 'fin' },
      atMost: '5 ms',
    },
    {
      that: 'TCP connections: two of each, and one in vain',
      check: 'count',
      of: { type: 'link.dialing' },
      before: '80 s',
      atLeast: 2 * WAYS.length + 1,
      atMost: 2 * WAYS.length + 1,
    },
    {
      that: 'answers that are heard in the end',
      check: 'count',
      of: { type: 'playback.ended', how: 'finished' },
      atLeast: WAYS.length,
      atMost: WAYS.length,
    },
  ],
});
