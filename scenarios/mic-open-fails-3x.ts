import { scenario } from '../src/sim/scenario';

/** When each failure begins; the device works again with the fourth try, 15 s later. */
const IDLE = '5..10 s';
const IN_SESSION = '40.9..43.9 s';

export default scenario({
  name: 'mic-open-fails-3x',
  story:
    'The microphone is lost, once while nobody speaks and once in a session, and three times it ' +
    'cannot be opened again. The Pi tries with waits of its own, tells person and server of the ' +
    'session that is over, and hears the hotword again within 10 s of the device, without ever ' +
    'leaving the state in which it should.',
  acts: [
    { at: '40 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '65 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '80 s', presses: 'button' },
  ],
  faults: [
    { at: IDLE, kind: 'microphone_fails', opens: 3 },
    { at: IN_SESSION, kind: 'microphone_fails', opens: 3 },
  ],
  lasts: '90 s',
  expect: [
    {
      that: 'how it fails, both times',
      check: 'sequence',
      of: { type: 'microphone.failed', host: 'pi' },
      field: 'failure',
      is: [
        ...['device_lost', 'device_busy', 'device_busy', 'device_busy'],
        ...['device_lost', 'device_busy', 'device_busy', 'device_busy'],
      ],
    },
    {
      that: 'it is tried again a second after it is lost',
      check: 'within',
      from: { type: 'microphone.failed', host: 'pi', failure: 'device_lost' },
      to: { type: 'microphone.opened', host: 'pi' },
      atLeast: '1 s',
      atMost: '1 s',
      times: 2,
    },
    {
      that: 'and then after twice as long each time, within 8 s',
      check: 'within',
      from: { type: 'microphone.failed', host: 'pi', failure: 'device_busy' },
      to: { type: 'microphone.opened', host: 'pi' },
      atLeast: '2 s',
      atMost: '8 s',
      times: 6,
    },
    {
      that: 'tries in a hurry',
      check: 'rate',
      of: { type: 'microphone.opened', host: 'pi' },
      after: '1 s',
      per: '4 s',
      atMost: 2,
    },
    {
      that: 'the session is over at once, and the person is told',
      check: 'within',
      from: { type: 'session.ended', host: 'pi', reason: 'microphone_failed' },
      to: { type: 'cue.played', host: 'pi', cue: 'interrupted' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'and the server',
      check: 'within',
      from: { type: 'session.ended', host: 'pi', reason: 'microphone_failed' },
      to: { type: 'session.ended', host: 'server', reason: 'microphone_failed' },
      same: ['session'],
      atMost: '50 ms',
    },
    {
      that: 'it goes back to the hotword, and nowhere else',
      check: 'within',
      from: { type: 'session.ended', host: 'pi', reason: 'microphone_failed' },
      to: { type: 'state.changed', host: 'pi', to: 'listening_for_hotword' },
      atMost: '0 ms',
      sameStep: true,
    },
    {
      that: 'it ever gives up',
      check: 'count',
      of: { type: 'state.changed', host: 'pi', to: 'idle' },
      atMost: 0,
    },
    {
      that: 'the next question is heard and answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '65 s',
      atLeast: 1,
      atMost: 1,
    },
    { that: 'losses', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
  ],
});
