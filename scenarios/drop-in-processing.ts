import { scenario } from '../src/sim/scenario';

export default scenario({
  name: 'drop-in-processing',
  story:
    'The server announces an answer, and the connection is reset before any of it is heard. The ' +
    'Pi, whose microphone is closed by then, must not wait for it: the original stayed deaf ' +
    'until a restart.',
  hosts: {
    server: { program: 'peer', does: { behaviour: 'breaks_off_answers' } },
    pi: { program: 'client' },
  },
  acts: [
    { at: '12 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '30 s', says: 'hey-jarvis-what-time-is-it' },
  ],
  lasts: '45 s',
  expect: [
    {
      that: 'the states of the Pi, the second time as the first',
      check: 'sequence',
      of: { type: 'state.changed', host: 'pi', machine: 'client' },
      field: 'to',
      is: [
        'listening_for_hotword',
        'starting_session',
        'active_session',
        'processing_response',
        'listening_for_hotword',
        'starting_session',
        'active_session',
        'processing_response',
        'listening_for_hotword',
      ],
    },
    {
      that: 'listening for the hotword after each loss',
      check: 'within',
      from: { type: 'link.lost', host: 'pi', label: 'reset' },
      to: { type: 'microphone.listening', host: 'pi', purpose: 'hotword' },
      atMost: '1 s',
      times: 2,
    },
    {
      that: 'bytes of the answers that were heard',
      check: 'total',
      of: { type: 'playback.ended', host: 'pi' },
      field: 'playedBytes',
      atMost: 0,
    },
  ],
});
