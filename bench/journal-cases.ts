/**
 * What a journal costs: processor time of a client with one and without, in turns, and what is
 * written to its disk in a day.
 */
import { simulate } from '../src/sim/simulation';

import { rmSync, statSync } from 'node:fs';
import path from 'node:path';

import { EventLine } from '../src/adapters/event-line';
import { JournalFile } from '../src/adapters/journal-file';
import { SystemClock } from '../src/adapters/system-clock';
import { JOURNAL_SYNC_MS } from '../src/constants';
import type { LinkEvent, RecordedEvent } from '../src/events';
import { journalOf } from '../src/sim/journal-of';
import type { ScenarioInput } from '../src/sim/scenario';
import { CLIENT_SETUPS, measureClient, openServer } from './client-cases';
import { FOLDER, Program } from './processes';
import { year } from './scenarios';
import { print, whole } from './table';

const ROUNDS = 3;
const ROWS: ReadonlySet<string> = new Set(['streams a session', 'listens to silence']);
/** One in each turn of the loop, so that each is a write of its own. */
const LINES = 20_000;
const JOURNAL = path.join(FOLDER, 'journal.jsonl');
const EVENTS = 5_000_000;

/** A server that is away from the first minute on. */
const DAY_ALONE: ScenarioInput = {
  name: 'bench-day-alone',
  story: 'A day without a server.',
  faults: [{ at: '1 min', kind: 'kill', host: 'server', for: '1439 min' }],
  lasts: '1440 min',
};

/** `flags` are the client's. */
export async function showJournal(name: string, flags: readonly string[]): Promise<void> {
  print(name, 'CPU ms/s', 'with it', '% of a core');
  const url = await openServer();
  for (const { name: row, ...setup } of CLIENT_SETUPS.filter(({ name }) => ROWS.has(name))) {
    const measure = async (...more: readonly string[]): Promise<number> => {
      const all = [...setup.flags, ...flags, ...more];
      const figures = await measureClient(url, { ...setup, name: row, flags: all });
      return figures.cpuMsPerSecond;
    };
    const without: number[] = [];
    const withIt: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      without.push(await measure());
      withIt.push(await measure('--journal', JOURNAL));
    }
    const [bare, kept] = [Math.min(...without), Math.min(...withIt)];
    print(`    ${row}`, bare.toFixed(2), kept.toFixed(2), ((kept - bare) / 10).toFixed(2));
  }
  print('    aim', '', '', '1');
  await Program.endAll();
  print('    bytes meanwhile', '', whole(statSync(JOURNAL).size));
  rmSync(JOURNAL);
  await showLines();
  await showDays();
}

/** What a line costs when a program does nothing else. */
async function showLines(): Promise<void> {
  const journal = new JournalFile({
    ...{ path: JOURNAL, limitBytes: 10_000_000, host: 'kitchen', secrets: [] },
    ...{ clock: new SystemClock({ isBackground: true }), life: { program: 'client' } },
    onFailed: (error) => {
      throw error;
    },
    onRecovered: () => undefined,
  });
  await journal.opened();
  const before = process.cpuUsage();
  for (let line = 0; line < LINES; line += 1) {
    journal.emit({ type: 'backoff.scheduled', attempt: line, delayMs: line });
    await new Promise((resolve) => setImmediate(resolve));
  }
  await journal.close();
  const { system, user } = process.cpuUsage(before);
  print('    a line, CPU us', ((system + user) / LINES).toFixed(1));
  rmSync(JOURNAL);
}

async function showDays(): Promise<void> {
  print('    what is written', 'lines', 'bytes', 'syncs');
  for (const [row, story] of [
    ['a day, 20 sessions', year(1)],
    ['a day without a server', DAY_ALONE],
  ] as const) {
    const { lastEvents } = await simulate(story, { seed: 1, keepEvents: EVENTS });
    for (const host of ['pi', 'server']) showDay(`${row}, ${host}`, journalOf(lastEvents, host));
  }
}

function showDay(row: string, lines: readonly RecordedEvent[]): void {
  const bytes = lines.reduce((sum, line) => sum + lengthOf(line), 0);
  print(`    ${row}`, whole(lines.length), whole(bytes), whole(syncsOf(lines)));
}

/** As a deployed program writes it. */
function lengthOf({ atMs, boot, host, seq, wallMs, ...event }: RecordedEvent): number {
  const clock = { now: () => atMs, wallTime: () => wallMs };
  return new EventLine(event as LinkEvent, { host, secrets: [], clock }).at(seq, boot).length;
}

/** How often the disk is told to keep what it has: half a second after the first of some lines. */
function syncsOf(lines: readonly RecordedEvent[]): number {
  let syncs = 0;
  let untilMs = -Infinity;
  for (const { wallMs } of lines) {
    if (wallMs <= untilMs) continue;
    syncs += 1;
    untilMs = wallMs + JOURNAL_SYNC_MS / 2;
  }
  return syncs;
}
