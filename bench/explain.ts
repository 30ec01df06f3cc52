/**
 * How often npm run explain names the fault that was there: lives of one fault each, and what each
 * of their first disconnects is taken for.
 *
 *   node -r ts-node/register/transpile-only bench/explain.ts [lives of each] [first seed]
 *
 * Default: 7 lives of each fault, from seed 1.
 */
// First, because the simulator has to come before `ws`.
import { simulate } from '../src/sim/simulation';

import fc from 'fast-check';

import type { RecordedEvent } from '../src/events';
import { drawFault, FAULT_KINDS } from '../src/fuzz/drawn-faults';
import { explain, type Explanation } from '../src/journal/explain';
import { fieldRecord, type Journal } from '../src/journal/field-record';
import type { Cause } from '../src/journal/signature';
import { journalOf } from '../src/sim/journal-of';
import type { FaultInput, FaultKind } from '../src/sim/network-faults';
import type { ScenarioInput } from '../src/sim/scenario';

type Told = Cause | 'unknown' | 'no disconnect';

const WAY: readonly Told[] = ['network_down', 'slow_network'];

/** What a fault may be called, where it costs the connection. Those that never should have none. */
const RIGHT: Readonly<Record<FaultKind, readonly Told[]>> = {
  toxic: [...WAY, 'line_cut', 'idle_cut', 'corruption', 'server_frozen', 'idle_forgotten'],
  proxy_down: [...WAY, 'line_cut', 'server_down', 'server_killed'],
  latency: [...WAY, 'server_frozen'],
  slow_path: [...WAY, 'overload', 'server_frozen'],
  outage: WAY,
  silence: [...WAY, 'idle_forgotten'],
  lost_dials: WAY,
  corruption: ['corruption', 'line_cut'],
  idle_timeout: ['idle_cut', 'idle_forgotten'],
  upgrade_answered: ['captive_portal', 'gateway', 'auth'],
  tls: ['tls', 'tls_clock', 'tls_expired'],
  reset: ['line_cut'],
  close: ['line_cut'],
  refused: ['server_down'],
  unreachable: ['network_down'],
  dns: ['dns'],
  power_loss: ['own_power_cut', 'server_power_cut'],
  kill: ['own_crash', 'server_killed'],
  restart: ['own_stop', 'server_restart'],
  pause: ['own_stall', 'server_frozen'],
  suspend: ['own_sleep'],
  microphone_fails: [],
  speaker_fails: [],
  wall_step: [],
};

async function main(): Promise<void> {
  const [lives = 7, firstSeed = 1] = process.argv.slice(2).map(Number);
  const seeds = Array.from({ length: lives }, (_, index) => firstSeed + index);
  for (const isBoth of [false, true]) {
    const journals = isBoth ? 'both journals' : 'the client’s journal';
    process.stdout.write(
      `\nWith ${journals}, ${lives} lives of each fault from seed ${firstSeed}:\n`,
    );
    const sum = { right: 0, certainlyWrong: 0, disconnects: 0 };
    for (const kind of FAULT_KINDS) await row(kind, seeds, isBoth, sum);
    const share = ((sum.right / sum.disconnects) * 100).toFixed(0);
    process.stdout.write(
      `${sum.right} of ${sum.disconnects} disconnects (${share} %) are called what they were; ` +
        `${sum.certainlyWrong} of the others with certainty.\n`,
    );
  }
}

interface Sum {
  right: number;
  certainlyWrong: number;
  disconnects: number;
}

async function row(
  kind: FaultKind,
  seeds: readonly number[],
  isBoth: boolean,
  sum: Sum,
): Promise<void> {
  const counts = new Map<string, number>();
  for (const seed of seeds) {
    const first = await firstDisconnect(storyOf(kind, seed), seed, isBoth);
    const told: Told = first === undefined ? 'no disconnect' : (first.cause ?? 'unknown');
    const isRight = RIGHT[kind].includes(told);
    if (first !== undefined) sum.disconnects += 1;
    if (isRight) sum.right += 1;
    else if (first?.sureness === 'certain') sum.certainlyWrong += 1;
    const name =
      isRight || first === undefined
        ? told
        : `${told.toUpperCase()} (${first.sureness}, seed ${seed})`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const cells = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count} ${name}`);
  process.stdout.write(`${kind.padEnd(17)} ${cells.join(', ')}\n`);
}

function storyOf(kind: FaultKind, seed: number): ScenarioInput {
  const places = { links: [['pi', 'server']] as const, server: 'server' };
  const [fault] = fc.sample(drawFault(kind, places), { seed, numRuns: 1 });
  const [at = 0, asksAt = 0] = fc.sample(fc.integer({ min: 0, max: 100_000 }), {
    seed,
    numRuns: 2,
  });
  const isAtBoot = ['dns', 'tls', 'upgrade_answered', 'lost_dials', 'refused'].includes(kind);
  return {
    name: 'one-fault',
    story: 'A life with one fault.',
    hosts: { server: { program: 'server' }, pi: { program: 'client', tls: kind === 'tls' } },
    acts: [
      { at: `${asksAt + 5_000} ms`, on: 'pi', says: 'hey-jarvis' },
      { at: `${asksAt + 6_000} ms`, on: 'pi', says: 'what-time-is-it' },
    ],
    faults: [{ ...fault, at: isAtBoot ? '0 ms' : `${at + 20_000} ms` } as FaultInput],
    lasts: '300 s',
  };
}

async function firstDisconnect(
  story: ScenarioInput,
  seed: number,
  isBoth: boolean,
): Promise<Explanation | undefined> {
  const events: RecordedEvent[] = [];
  await simulate(story, { seed, keepEvents: 1, onEvent: (event) => void events.push(event) });
  const journal = (host: string, program: Journal['program']): Journal => {
    return { host, program, lines: journalOf(events, host), problems: [] };
  };
  const server = isBoth ? journal('server', 'server') : undefined;
  return explain(fieldRecord(journal('pi', 'client'), server)).explanations[0];
}

void main();
