/** How often a run comes back from nothing but the journals of its hosts, and how near. */
import { simulate } from '../src/sim/simulation';

import { ms } from '../src/fuzz/drawn-faults';
import { drawLife, type Life } from '../src/fuzz/life';
import { Moments } from '../src/fuzz/moments';
import { instantOf, scenarioOf } from '../src/fuzz/trial';
import type { RecordedEvent } from '../src/events';
import { readJournal } from '../src/journal/read-journal';
import type { FieldJournals } from '../src/replay/align';
import { replay } from '../src/replay/replay';
import { journalOf } from '../src/sim/journal-of';
import { print } from './table';

/** Taken before a run replaces it. */
const now = performance.now.bind(performance);

/** Lives that are lived and replayed. The seeds with which it was developed lie below the first. */
const RUNS = 200;
const FIRST_SEED = 30_000_000;
/** A journal of hours is replayed around one disconnect, which is another question. */
const LONGEST_MS = 900_000;
/** A life has one Pi and one server here: a record has no others. */
const HOSTS: ReadonlySet<string> = new Set(['pi', 'server']);
const [CLIENT, SERVER] = ['pi', 'server'];

/** Runs of the fuzzer's lives, each replayed from both journals, and from the client's alone. */
export async function showReplay(name: string): Promise<void> {
  const seeds = process.env['REPLAY_SEEDS'] ?? `${FIRST_SEED},${RUNS}`;
  const [first = FIRST_SEED, runs = RUNS] = seeds.split(',').map(Number);
  print(name, 'runs', 'same', '%', 'p50 ms', 'p99 ms', 's each', 'aim');
  const both = new Tally();
  const alone = new Tally();
  for (let seed = first; both.runs < runs; seed += 1) {
    const events = await fieldRun(seed);
    if (events === undefined) continue;
    // One whose power never lasted has no journal to replay.
    if ([CLIENT, SERVER].some((host) => journalOf(events, host as string).length === 0)) continue;
    const client = journal(events, CLIENT as string);
    const server = journal(events, SERVER as string);
    await both.add(seed, { client, server });
    await alone.add(seed, { client });
  }
  both.print('    both journals', '95 %');
  alone.print("    the client's alone", '85 %');
}

class Tally {
  runs = 0;
  private same = 0;
  private wallMs = 0;
  private readonly offMs: number[] = [];

  async add(seed: number, journals: FieldJournals): Promise<void> {
    const startMs = now();
    const { fit } = await replay(journals);
    this.wallMs += now() - startMs;
    this.runs += 1;
    if (fit.reproduced) this.same += 1;
    else if (process.env['REPLAY_MISSES'] !== undefined) tellMiss(seed, journals, fit.divergence);
    this.offMs.push(...fit.offMs.map(Math.abs));
  }

  print(name: string, aim: string): void {
    const sorted = [...this.offMs].sort((a, b) => a - b);
    const at = (part: number): string =>
      (sorted[Math.floor(part * (sorted.length - 1))] ?? NaN).toFixed(0);
    const percent = ((100 * this.same) / this.runs).toFixed(1);
    const each = (this.wallMs / this.runs / 1_000).toFixed(2);
    print(name, String(this.runs), String(this.same), percent, at(0.5), at(0.99), each, aim);
  }
}

function tellMiss(seed: number, { server }: FieldJournals, divergence: unknown): void {
  const which = server === undefined ? 'alone' : 'both';
  process.stdout.write(`    ${seed} ${which} ${JSON.stringify(divergence)}\n`);
}

function journal(events: readonly RecordedEvent[], host: string) {
  const lines = journalOf(events, host).map((line) => `${JSON.stringify(line)}\n`);
  return readJournal(lines.join(''));
}

/** The second run of a life where it has one: with the faults that are aimed at a moment. */
async function fieldRun(seed: number): Promise<RecordedEvent[] | undefined> {
  const life = ofTwo(drawLife(seed));
  if (life.lastsMs > LONGEST_MS) return undefined;
  const moments = new Moments();
  const plain = await lived(life, seed, undefined, moments);
  if (life.faults.every(({ placing }) => placing.how === 'at')) return plain;
  return lived(life, seed, moments, new Moments());
}

async function lived(
  life: Life,
  seed: number,
  aims: Moments | undefined,
  moments: Moments,
): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const scenario = scenarioOf(life, seed, 'field', (fault) => instantOf(fault, aims));
  const onEvent = (event: RecordedEvent): void => {
    moments.observe(event);
    events.push(event);
  };
  await simulate({ ...scenario, lasts: ms(life.lastsMs) }, { seed, keepEvents: 0, onEvent });
  return events;
}

/** The life without other devices and strangers, and without what befalls them. */
function ofTwo(life: Life): Life {
  return {
    ...life,
    hosts: Object.fromEntries(Object.entries(life.hosts).filter(([host]) => HOSTS.has(host))),
    acts: life.acts.filter(({ on }) => on === undefined || HOSTS.has(on)),
    faults: life.faults.filter(({ fault }) => placesOf(fault).every((host) => HOSTS.has(host))),
  };
}

function placesOf(fault: object): readonly string[] {
  if ('between' in fault) return fault.between as readonly string[];
  return 'host' in fault ? [fault.host as string] : [];
}
