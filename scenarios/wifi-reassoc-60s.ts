import { scenario } from '../src/sim/scenario';

const HOUR_S = 3_600;
const EVERY_S = 61;
const DROPS = Math.floor(HOUR_S / EVERY_S);
const QUESTIONS = 8;

/** Each is begun within seconds before a drop, which so meets any part of it, or of its answer. */
const questions = Array.from({ length: QUESTIONS }, (_, index) => {
  const dropS = (index * 7 + 1) * EVERY_S;
  return { at: `${dropS - 5}..${dropS - 0.9} s` as const, says: 'hey-jarvis-what-time-is-it' };
});

const drops = Array.from({ length: DROPS }, (_, index) => ({
  at: `${(index + 1) * EVERY_S}..${(index + 1) * EVERY_S + 1} s` as const,
  kind: 'outage' as const,
  for: '2 s' as const,
}));

export default scenario({
  name: 'wifi-reassoc-60s',
  story:
    'Once a minute the Wi-Fi of the Pi associates anew, and for 2 s nothing passes: in pings, in ' +
    'questions, in answers. It goes on for an hour, and what anybody notices is a pause or a ' +
    'lost syllable. The field knows satellites that drop the link, and the sentence, each time.',
  acts: questions,
  faults: drops,
  lasts: '61 min',
  expect: [
    { that: 'losses at either end', check: 'count', of: { type: 'link.lost' }, atMost: 0 },
    { that: 'TCP connections', check: 'count', of: { type: 'wire.opened' }, atLeast: 1, atMost: 1 },
    {
      that: 'the heartbeat goes on',
      check: 'count',
      of: { type: 'heartbeat.pong', host: 'pi' },
      atLeast: 121,
      atMost: 121,
    },
    {
      that: 'each ping is answered, late where a drop meets it',
      check: 'within',
      from: { type: 'heartbeat.sent' },
      to: { type: 'heartbeat.pong' },
      same: ['connection'],
      atMost: '4 s',
      times: 242,
    },
    {
      that: 'questions that are answered to the end',
      check: 'count',
      of: { type: 'playback.ended', host: 'pi', how: 'finished' },
      atLeast: QUESTIONS,
      atMost: QUESTIONS,
    },
    {
      that: 'sessions that end by themselves, after half a minute of silence',
      check: 'count',
      of: { type: 'session.ended', host: 'pi', reason: 'idle' },
      atLeast: QUESTIONS,
      atMost: QUESTIONS,
    },
    {
      that: 'sessions that end for any other reason',
      check: 'count',
      of: { type: 'cue.played', host: 'pi' },
      atMost: 0,
    },
  ],
});
