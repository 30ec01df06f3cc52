import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

/** A Pi of its own for each state in which it is told to stop. */
const toServer = (device: string) => ({ program: 'client' as const, device });

export default scenario({
  name: 'shutdown-everywhere',
  story:
    'Eleven Pis are told to stop: while the name is resolved, in a dial, before the welcome, ' +
    'idle, in each state of a session, while waiting to dial or to open the microphone again, ' +
    'and over a dead link; one of them twice. All stop in time and leave nothing behind, and the ' +
    'server lets go of their sessions.',
  hosts: {
    server: { program: 'server', engine: { startsAfter: '2 s', answerLasts: '10 s' } },
    mute: { program: 'peer', does: { behaviour: 'never_welcomes' } },
    closed: { program: 'peer', does: { behaviour: 'answers_upgrade', with: ['fin'] } },
    'pi-dns': { program: 'client', device: 'dns' },
    'pi-dial': { program: 'client', device: 'dial' },
    'pi-open': { program: 'client', server: 'mute' },
    'pi-waiting': { program: 'client', server: 'closed' },
    'pi-idle': toServer('idle'),
    'pi-starting': toServer('starting'),
    'pi-active': toServer('active'),
    'pi-speaking': toServer('speaking'),
    'pi-deaf': toServer('deaf'),
    'pi-dead-link': toServer('dead-link'),
    'pi-twice': toServer('twice'),
  },
  faults: [
    { at: '0 ms', kind: 'dns', host: 'pi-dns' },
    { at: '0 ms', kind: 'lost_dials', between: ['pi-dial', 'server'] },
    // It is tried again a second later.
    { at: '11 s', kind: 'microphone_fails', host: 'pi-deaf', opens: 3 },
    { at: '11 s', kind: 'silence', between: ['pi-dead-link', 'server'] },
  ],
  acts: [
    { at: '5 s', on: 'pi-open', stops: 'program' },
    { at: '5 s', on: 'pi-dial', stops: 'program' },
    { at: '9 s', on: 'pi-dns', stops: 'program' },
    { at: '9 s', on: 'pi-waiting', stops: 'program' },
    { at: '10 s', on: 'pi-idle', stops: 'program' },
    { at: '10 s', on: 'pi-starting', says: talks },
    { at: '11.5 s', on: 'pi-starting', stops: 'program' },
    { at: '10 s', on: 'pi-active', says: talks },
    { at: '13 s', on: 'pi-active', stops: 'program' },
    { at: '10 s', on: 'pi-speaking', says: talks },
    { at: '17 s', on: 'pi-speaking', stops: 'program' },
    { at: '10 s', on: 'pi-twice', says: talks },
    { at: '17 s', on: 'pi-twice', stops: 'program' },
    { at: '17.005 s', on: 'pi-twice', stops: 'program' },
    { at: '11.1..11.9 s', on: 'pi-deaf', stops: 'program' },
    { at: '12 s', on: 'pi-dead-link', stops: 'program' },
  ],
  lasts: '70 s',
  expect: [
    {
      that: 'each stops in time',
      check: 'within',
      from: { type: 'host.stopping' },
      to: { type: 'host.stopped', timers: 0, sockets: 0, dials: 0, devices: 0 },
      same: ['host'],
      atMost: '3 s',
      times: 11,
    },
    {
      that: 'over the dead link it takes the close timeout, and no longer',
      check: 'within',
      from: { type: 'host.stopping', host: 'pi-dead-link' },
      to: { type: 'host.stopped', host: 'pi-dead-link' },
      atLeast: '2 s',
      atMost: '2 s',
    },
    {
      that: 'those that are connected say goodbye',
      check: 'count',
      of: { type: 'link.lost', host: 'server', label: 'peer_close', code: 1000 },
      atLeast: 6,
      atMost: 6,
    },
    {
      that: 'the states in which the Pis with a session are stopped',
      check: 'count',
      of: { type: 'session.ended', reason: 'shutdown' },
      atLeast: 4,
    },
    ...(['starting', 'active', 'speaking', 'twice'] as const).map((device) => ({
      that: `the conversation with '${device}' is passive`,
      check: 'within' as const,
      from: { type: 'host.stopping', host: `pi-${device}` },
      to: { type: 'state.changed', host: 'server', device, to: 'passive' },
      once: true,
      atMost: '1 s' as const,
    })),
    {
      that: 'dials of those that have stopped',
      check: 'count',
      of: { type: 'link.dialing' },
      after: '18 s',
      atMost: 0,
    },
  ],
});
