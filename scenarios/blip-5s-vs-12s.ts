import { scenario } from '../src/sim/scenario';

const talks = 'hey-jarvis-what-time-is-it';

export default scenario({
  name: 'blip-5s-vs-12s',
  story:
    'Three outages. One of up to 5 s hits a ping in the middle of a session, and the session ' +
    'goes on. One of 12 s between two pings is not even noticed. One of 12 s that hits a ping ' +
    'costs the connection, and the Pi is back 14 s after the link at the latest.',
  acts: [
    { at: '20 s', says: talks },
    { at: '41 s', says: talks },
    { at: '150 s', says: talks },
  ],
  faults: [
    // Pings go out at 30.02 s and every 30 s from then on, until the connection is lost.
    { at: '25.5..29.9 s', kind: 'outage', for: '4.6..5 s' },
    { at: '61..77 s', kind: 'outage', for: '11.5..12.5 s' },
    { at: '115..119.9 s', kind: 'outage', for: '11.8..12.5 s' },
  ],
  lasts: '200 s',
  expect: [
    {
      that: 'losses by the short outage, or the one between pings',
      check: 'count',
      of: { type: 'link.lost' },
      before: '115 s',
      atMost: 0,
    },
    {
      that: 'the ping that the short one hits is answered late, in ms',
      check: 'values',
      of: { type: 'heartbeat.pong', host: 'pi' },
      field: 'rttMs',
      ranges: [[200, 9_000]],
      before: '60 s',
      times: 1,
    },
    {
      that: 'both questions around it are answered, over the one session',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      before: '100 s',
      atLeast: 2,
      atMost: 2,
    },
    {
      that: 'which ends after half a minute of silence, and not before',
      check: 'sequence',
      of: { type: 'session.ended', host: 'pi' },
      field: 'reason',
      is: ['idle'],
      before: '150 s',
    },
    {
      that: 'the one that hits a ping is noticed 10 s later, at both ends',
      check: 'within',
      from: { type: 'heartbeat.sent' },
      to: { type: 'link.lost', label: 'heartbeat_timeout' },
      same: ['connection'],
      after: '115 s',
      before: '121 s',
      atLeast: '10 s',
      atMost: '10 s',
      times: 2,
    },
    {
      that: 'connected after the link is back',
      check: 'within',
      from: { type: 'fault.ended', fault: 'outage' },
      to: { type: 'link.connected', host: 'pi' },
      after: '100 s',
      atMost: '14 s',
    },
    {
      that: 'the next question is answered',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      after: '150 s',
      atLeast: 1,
      atMost: 1,
    },
  ],
});
