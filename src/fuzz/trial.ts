import type { RecordedEvent } from '../events';
import type { FaultInput } from '../sim/network-faults';
import type { RunResult } from '../sim/run';
import type { ScenarioInput } from '../sim/scenario';
import { simulate } from '../sim/simulation';
import { ms, type TimelessFault } from './drawn-faults';
import { drawLife, type Life, type PlacedFault } from './life';
import { Moments } from './moments';

/** A run of a trial, and the scenario that it was of. */
export interface TrialRun {
  readonly scenario: ScenarioInput;
  readonly result: RunResult;
}

type OnEvent = (event: RecordedEvent) => void;
type OnBytes = (bytes: Buffer) => void;

/** How many of the last events a failure is told with. */
const KEPT_EVENTS = 60;

/**
 * The runs of one seed: of its life with the faults that have an instant; and, where others are
 * aimed at a moment of that run, once more with these.
 */
export async function runTrial(
  seed: number,
  onEvent: OnEvent,
  onBytes?: OnBytes,
): Promise<readonly TrialRun[]> {
  const life = drawLife(seed);
  const moments = new Moments();
  const plain = scenarioOf(life, seed, 'plain', (fault) => instantOf(fault, undefined));
  const watch = (event: RecordedEvent): void => {
    moments.observe(event);
    onEvent(event);
  };
  const first = await run(plain, seed, watch, onBytes);
  if (!first.result.passed || life.faults.every(({ placing }) => placing.how === 'at'))
    return [first];
  const aimed = scenarioOf(life, seed, 'aimed', (fault) => instantOf(fault, moments));
  return [first, await run(aimed, seed, onEvent, onBytes)];
}

async function run(
  scenario: ScenarioInput,
  seed: number,
  onEvent: OnEvent,
  onBytes: OnBytes | undefined,
): Promise<TrialRun> {
  const bytes = onBytes === undefined ? {} : { onBytes };
  const options = { seed, onEvent, keepEvents: KEPT_EVENTS, ...bytes };
  return { scenario, result: await simulate(scenario, options) };
}

/** When a fault begins; undefined where its moment never came, or is not known. */
export function instantOf(
  { placing }: PlacedFault,
  moments: Moments | undefined,
): number | undefined {
  if (placing.how === 'at') return placing.atMs;
  const instantMs = moments?.instant(placing.moment, placing.nth);
  return instantMs === undefined ? undefined : Math.max(0, instantMs + placing.offsetMs);
}

/** The scenario of a life, with the faults that have an instant. */
export function scenarioOf(
  { acts, faults, hosts, interleave, lastsMs, latency }: Life,
  seed: number,
  variant: string,
  instantMsOf: (fault: PlacedFault) => number | undefined,
): ScenarioInput {
  return {
    name: `fuzz-${seed}-${variant}`,
    story: 'Drawn by the fuzzer.',
    seed,
    hosts,
    latency,
    interleave,
    acts,
    faults: faults.flatMap((placed): FaultInput[] => {
      const atMs = instantMsOf(placed);
      if (atMs === undefined || atMs >= lastsMs) return [];
      return [{ ...placed.fault, at: ms(atMs) }, ...undone(placed.fault, lastsMs)];
    }),
    lasts: ms(lastsMs),
  };
}

/** What no fault heals by itself is put right in the end, so that the world can come to rest. */
function undone(fault: TimelessFault, lastsMs: number): FaultInput[] {
  if (fault.kind !== 'wall_step') return [];
  return [{ ...fault, at: ms(lastsMs - 1), by: -fault.by }];
}
