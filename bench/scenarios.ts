import type { ScenarioInput } from '../src/sim/scenario';

const DAY_S = 86_400;
const TURN = 'hey-jarvis-what-time-is-it';

/** Nobody speaks: a client, a server, and their heartbeats. */
export function idle(lasts: '24 h' | '5 min'): ScenarioInput {
  return { name: 'bench-idle', story: 'Nobody speaks.', lasts };
}

/** One session in which the microphone streams 100 ms frames for an hour, and nobody answers. */
export function stream(): ScenarioInput {
  return {
    name: 'bench-stream',
    story: 'The microphone streams for an hour.',
    hosts: {
      server: { program: 'server', settings: { activeTimeoutMs: 2 * DAY_S * 1000 } },
      pi: { program: 'client', settings: { activeLimitMs: 2 * DAY_S * 1000 } },
    },
    acts: [{ at: '10 s', presses: 'button' }],
    lasts: '1 h',
  };
}

/** Five minutes with one question and its answer. */
export function oneSession(): ScenarioInput {
  return {
    name: 'bench-session',
    story: 'One question in five minutes.',
    acts: [{ at: '100 s', says: TURN }],
    lasts: '5 min',
  };
}

/**
 * A year in the field: 20 sessions a day of half a minute each, a Wi-Fi drop a day, a restart of
 * the server a week, a power cut a month.
 */
export function year(days = 365): ScenarioInput {
  const each = Array.from({ length: days }, (_, day) => day);
  return {
    name: 'bench-year',
    story: 'A year in the field.',
    acts: each.flatMap((day) =>
      Array.from({ length: 20 }, (_, turn) => ({
        at: seconds(day * DAY_S + 25_200 + turn * 2_700),
        says: TURN,
      })),
    ),
    faults: [
      ...each.map((day) => ({
        at: seconds(day * DAY_S + 30_017),
        kind: 'outage' as const,
        for: '20 s' as const,
      })),
      ...each
        .filter((day) => day % 7 === 3)
        .map((day) => ({
          at: seconds(day * DAY_S + 10_800),
          kind: 'restart' as const,
          host: 'server',
          for: '10 s' as const,
        })),
      ...each
        .filter((day) => day % 30 === 15)
        .map((day) => ({
          at: seconds(day * DAY_S + 36_001),
          kind: 'power_loss' as const,
          host: 'pi',
          for: '2 min' as const,
        })),
    ],
    lasts: `${days} d`,
  };
}

function seconds(s: number): `${number} s` {
  return `${s} s`;
}
