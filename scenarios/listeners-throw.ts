import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';
const hosts = ['pi-throws', 'pi-rejects'] as const;

/** Each is told that it is connected, twice, and that a session has ended, twice. */
const TOLD = 4;

export default scenario({
  name: 'listeners-throw',
  story:
    'The code around the client makes a mistake whenever it is told of something: on one Pi it ' +
    'throws, on the other its promise is rejected. It is written down, and nothing else comes of ' +
    'it: questions are answered, and after a drop the Pi is back.',
  hosts: {
    server: { program: 'server' },
    'pi-throws': { program: 'client', device: 'throws', listeners: 'throw' },
    'pi-rejects': { program: 'client', device: 'rejects', listeners: 'reject' },
  },
  acts: hosts.flatMap((on) => [
    { at: '5 s', on, says: talks },
    { at: '20 s', on, presses: 'button' as const },
    { at: '40 s', on, says: talks },
    { at: '55 s', on, presses: 'button' as const },
  ]),
  faults: hosts.map((host) => ({
    at: '30 s' as const,
    kind: 'reset' as const,
    between: [host, 'server'] as [string, string],
  })),
  lasts: '60 s',
  expect: hosts.flatMap((host) => [
    {
      that: `each mistake on ${host} is written down`,
      check: 'count' as const,
      of: { type: 'callback.threw', host },
      atLeast: TOLD,
      atMost: TOLD,
    },
    {
      that: `${host} is back after the drop`,
      check: 'within' as const,
      from: { type: 'link.lost', host, label: 'reset' },
      to: { type: 'link.connected', host },
      atMost: '3.1 s',
    },
    {
      that: `${host} has both questions answered`,
      check: 'count' as const,
      of: { type: 'playback.ended', host, how: 'finished' },
      atLeast: 2,
      atMost: 2,
    },
  ]),
});
