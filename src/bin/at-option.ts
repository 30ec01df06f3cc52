/** `--at`: a run that stops in the debugger. */
// First, because the simulator has to come before `ws`.
import { simulate } from '../sim/simulation';

import inspector from 'node:inspector';

import { InvalidArgumentError } from 'commander';

import type { PlannedRun } from '../runner/plan';
import { readStory } from '../runner/stories';
import type { RunWorld } from '../sim/run';
import { UsageError } from './command-line';

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/** `42.5s`: an instant of a run, in virtual milliseconds. */
export function toInstant(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?) ?(ms|s|min|h)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw new InvalidArgumentError('It must be like 42.5s, 300ms or 2min.');
}

/**
 * Makes one run, and stops it in the debugger at the first event of `atMs` or after: in the midst
 * of whoever reported that. Waits for a debugger before it begins.
 */
export async function runStopping(
  plan: readonly PlannedRun[],
  atMs: number,
  port: number,
): Promise<number> {
  const [planned] = plan;
  if (planned === undefined || plan.length > 1) {
    throw new UsageError(
      `--at: it stops one run, and these are ${plan.length}: name one scenario.`,
    );
  }
  const { scenario } = await readStory(planned.file);
  awaitDebugger(port);
  let world: RunWorld | undefined;
  let isDue = true;
  await simulate(scenario, {
    seed: planned.seed,
    onWorld: (made) => (world = made),
    onEvent: (event) => {
      if (!isDue || event.atMs < atMs || world === undefined) return;
      isDue = false;
      stopHere(scopeOf(world), event.atMs);
    },
  });
  const how = isDue ? `It ended before ${atMs} ms.` : 'It is over.';
  process.stdout.write(`${how}\n`);
  return 0;
}

/** What a debugger finds by name. */
interface Scope {
  readonly client: unknown;
  readonly server: unknown;
  readonly network: unknown;
  readonly world: RunWorld;
  /** The programs of all hosts, by name. */
  readonly programs: Readonly<Record<string, unknown>>;
}

function scopeOf(world: RunWorld): Scope {
  const programs = Object.fromEntries(
    [...world.hosts].map(([name, { life }]) => [name, life?.running]),
  );
  const { network } = world as unknown as { readonly network: unknown };
  return { client: programs['pi'], server: programs['server'], network, world, programs };
}

/** The one place where it stops: everything that is of use is in scope. */
function stopHere({ client, network, programs, server, world }: Scope, atMs: number): void {
  debugger;
  void [client, network, programs, server, world, atMs];
}

/** With `node --inspect` or `--inspect-brk` there is one already. */
function awaitDebugger(port: number): void {
  if (inspector.url() !== undefined) return;
  process.stderr.write('Waiting for a debugger: chrome://inspect, or any editor that has one.\n');
  inspector.open(port, '127.0.0.1', true);
}
