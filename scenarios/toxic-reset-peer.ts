import { scenario } from '../src/sim/scenario';

const says = 'hey-jarvis-what-time-is-it';
const toxic = { kind: 'toxic', type: 'reset_peer' } as const;
const PIS = ['idle', 'speaks', 'hears'] as const;

export default scenario({
  name: 'toxic-reset-peer',
  story:
    'The first byte on the way resets both ends: of a question at once, of an answer half a ' +
    'second later, and of a link that nobody uses not before its first ping. The Pi falls ' +
    'silent, the person hears that it was cut short, and the next question is answered.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '8 s', pieceEvery: '100 ms' } },
    ...Object.fromEntries(
      PIS.map((device) => [`pi-${device}`, { program: 'client' as const, device }]),
    ),
  },
  acts: [
    { at: '10 s', on: 'pi-speaks', says },
    { at: '10 s', on: 'pi-hears', says },
    ...PIS.map((way) => ({ at: '45 s' as const, on: `pi-${way}`, says })),
  ],
  faults: [
    { ...toxic, at: '5 s', for: '26.5 s', between: ['pi-idle', 'server'], stream: 'upstream' },
    { ...toxic, at: '12 s', for: '5.5 s', between: ['pi-speaks', 'server'], stream: 'upstream' },
    {
      ...toxic,
      at: '16..18 s',
      for: '1 s',
      between: ['pi-hears', 'server'],
      attributes: { timeout: 500 },
    },
  ],
  lasts: '65 s',
  expect: [
    {
      that: 'the link that nobody uses lives until its first ping, in ms',
      check: 'values',
      of: { type: 'link.lost', host: 'pi-idle', label: 'reset' },
      field: 'upMs',
      ranges: [[30_010, 30_010]],
    },
    {
      that: 'the question is cut at its next 100 ms',
      check: 'within',
      from: { type: 'fault.began', id: 2 },
      to: { type: 'link.lost', host: 'pi-speaks', label: 'reset' },
      atMost: '110 ms',
    },
    {
      that: 'the answer half a second after its next 100 ms',
      check: 'within',
      from: { type: 'fault.began', id: 3 },
      to: { type: 'link.lost', host: 'pi-hears', label: 'reset' },
      atLeast: '505 ms',
      atMost: '605 ms',
    },
    {
      that: 'and the Pi is silent then',
      check: 'within',
      from: { type: 'link.lost', host: 'pi-hears', label: 'reset' },
      to: { type: 'speaker.silent', host: 'pi-hears', how: 'stopped' },
      atMost: '1 s',
    },
    {
      that: 'people who are told that they were cut short',
      check: 'count',
      of: { type: 'cue.played', cue: 'interrupted' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'both ends of each are reset, and nothing else',
      check: 'count',
      of: { type: 'link.lost', label: 'reset', initiator: 'network' },
      atLeast: 2 * PIS.length,
      atMost: 2 * PIS.length,
    },
    {
      that: 'a dial while the toxic is there ends as the link has',
      check: 'count',
      of: { type: 'link.failed', host: 'pi-speaks', label: 'dial_closed' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'TCP connections: two of each, and that one',
      check: 'count',
      of: { type: 'link.dialing' },
      before: '65 s',
      atLeast: 2 * PIS.length + 1,
      atMost: 2 * PIS.length + 1,
    },
    {
      that: 'answers that are heard in the end',
      check: 'count',
      of: { type: 'playback.ended', how: 'finished', playedBytes: 256_000 },
      after: '45 s',
      atLeast: PIS.length,
      atMost: PIS.length,
    },
  ],
});
