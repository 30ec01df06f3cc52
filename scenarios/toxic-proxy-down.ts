import { scenario } from '../src/sim/scenario';

const says = 'hey-jarvis-what-time-is-it';
const ANSWER_BYTES = 384_000;
const PIS = ['pi-short', 'pi-long'] as const;

export default scenario({
  name: 'toxic-proxy-down',
  story:
    'The proxy before the server goes down, with the connections that it had, in the middle ' +
    'of a session. A Pi that dials before it is back is refused, as by a server that is away, ' +
    'and waits longer; the other notices nothing but the loss. Both answer to the next word.',
  hosts: {
    server: { program: 'server', engine: { answerLasts: '12 s' } },
    'pi-short': { program: 'client', device: 'short' },
    'pi-long': { program: 'client', device: 'long' },
  },
  acts: PIS.flatMap((on) => [
    { at: '10 s' as const, on, says },
    { at: '40 s' as const, on, says },
  ]),
  faults: [
    { at: '15..17 s', for: '0.5..1.8 s', kind: 'proxy_down', between: ['pi-short', 'server'] },
    { at: '18..20 s', for: '3.2..5.8 s', kind: 'proxy_down', between: ['pi-long', 'server'] },
  ],
  lasts: '65 s',
  expect: [
    ...PIS.map((host, index) => ({
      that: `${host} loses its link at once`,
      check: 'within' as const,
      from: { type: 'fault.began', fault: 'proxy_down', id: index + 1 },
      to: { type: 'link.lost', host, label: 'fin', initiator: 'network' },
      atMost: '5 ms' as const,
    })),
    {
      that: 'both ends of each, and once',
      check: 'count',
      of: { type: 'link.lost', label: 'fin' },
      atLeast: 2 * PIS.length,
      atMost: 2 * PIS.length,
    },
    ...PIS.map((host) => ({
      that: `${host} listens for the hotword after the loss`,
      check: 'within' as const,
      from: { type: 'link.lost', host, label: 'fin' },
      to: { type: 'microphone.listening', host, purpose: 'hotword' },
      atMost: '1 s' as const,
    })),
    {
      that: 'people who are told that they were cut short',
      check: 'count',
      of: { type: 'cue.played', cue: 'interrupted' },
      atLeast: PIS.length,
      atMost: PIS.length,
    },
    {
      that: 'dials that are refused',
      check: 'count',
      of: { type: 'link.failed', label: 'dial_refused' },
      atLeast: 1,
      atMost: 1,
    },
    {
      that: 'connected at the first dial',
      check: 'within',
      from: { type: 'link.lost', host: 'pi-short', label: 'fin' },
      to: { type: 'link.connected', host: 'pi-short' },
      atLeast: '2 s',
      atMost: '3.1 s',
    },
    {
      that: 'connected at the second',
      check: 'within',
      from: { type: 'link.lost', host: 'pi-long', label: 'fin' },
      to: { type: 'link.connected', host: 'pi-long' },
      atLeast: '6 s',
      atMost: '8.1 s',
    },
    {
      that: 'TCP connections of both',
      check: 'count',
      of: { type: 'link.dialing' },
      before: '65 s',
      atLeast: 5,
      atMost: 5,
    },
    {
      that: 'answers that are heard in the end',
      check: 'count',
      of: { type: 'playback.ended', how: 'finished', playedBytes: ANSWER_BYTES },
      after: '40 s',
      atLeast: PIS.length,
      atMost: PIS.length,
    },
  ],
});
