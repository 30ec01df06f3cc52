import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'half-open-mid-session',
  story:
    'The router forgets the connection while the microphone streams, and the kernel goes on ' +
    'taking what the Pi sends. The original talked into it for ever, because it took its own ' +
    'sending for life. It happens twice: right before a ping, and at any moment.',
  acts: [
    { at: '12 s', says: talks },
    { at: '60 s', says: talks },
    { at: '125 s', says: talks },
  ],
  faults: [
    // The first ping goes out at 30.02 s; what is sent into the silence goes out around it.
    { at: '28.1..29.9 s', kind: 'silence' },
    { at: '70..84 s', kind: 'silence' },
  ],
  lasts: '170 s',
  expect: [
    {
      that: 'the Pi notices',
      check: 'within',
      from: { type: 'fault.began', fault: 'silence' },
      to: { type: 'link.lost', host: 'pi', label: 'heartbeat_timeout' },
      atMost: '40 s',
      times: 2,
    },
    {
      that: 'the server notices',
      check: 'within',
      from: { type: 'fault.began', fault: 'silence' },
      to: { type: 'link.lost', host: 'server', label: 'heartbeat_timeout' },
      atMost: '40 s',
      times: 2,
    },
    {
      that: 'the dead socket is cut, not asked to close',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'link.closed', host: 'pi' },
      same: ['connection'],
      atMost: '0 ms',
      times: 2,
    },
    {
      that: 'sessions that it ends',
      check: 'count',
      of: { type: 'session.ended', host: 'pi', reason: 'link_lost' },
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'the Pi hears the hotword again after the loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'hotword' },
      atMost: '1 s',
      times: 2,
    },
    {
      that: 'the person is told',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'cue.played', host: 'pi', cue: 'interrupted' },
      atMost: '1 s',
      times: 2,
    },
    {
      that: 'bytes that go on being sent once 2 s of them have no answer',
      check: 'total',
      of: { type: 'audio.sent', host: 'pi' },
      field: 'bytes',
      after: '86.2 s',
      before: '125 s',
      atMost: 0,
    },
    {
      that: 'what is not sent is dropped, the oldest first, and counted',
      check: 'count',
      of: { type: 'audio.dropped', host: 'pi', reason: 'uplink_full' },
      atLeast: 1,
    },
    {
      that: 'connected again after each loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi' },
      to: { type: 'link.connected', host: 'pi' },
      atMost: '3.1 s',
      times: 2,
    },
    {
      that: 'questions that are answered: before, between and after',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: 3,
      atMost: 3,
    },
  ],
});
