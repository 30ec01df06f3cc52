/**
 * The simulator: production client and server, unchanged, in virtual time.
 *
 *   simulation     a scenario and a seed in, a result out
 *   run            from the first event to the verdict, in any world
 *   scenario       a story as data              expectation    what it demands, as data
 *   world          virtual time and a network   hosted-world   hosts, and what befalls them
 *   host           a machine                   life           one life of its program
 *   programs       how a program is started     scripted-*     engines and peers that misbehave
 *   virtual-clock  random  network              time, chance and bytes
 *   network-faults every fault, and the map     fake-audio     microphone, speaker, hotword, button
 *                                               speaker-meter  what was heard, what waited
 *   recorder       the trace and its hash       invariants/    what must always hold
 *   recovery       how soon all is well again, and what was lost meanwhile
 *   trap  seeded-crypto  event-loop             the fence around a run
 *
 * A run has three phases: safety, with the faults of the scenario; liveness, in which everything is
 * healed and must come to rest; and shutdown, after which nothing may be left.
 */
// First, because it has to come before `ws`.
import { lendRandomBytes, webSocketKeysAreSeeded } from './seeded-crypto';

import type { SoundLibrary } from './fake-audio';
import { loadFixtures } from './fixtures';
import { withHops } from './hops';
import type { WorldOptions } from './hosted-world';
import { Run, type RunResult, type RunWorld, type SimulateOptions } from './run';
import { checkScenario, type Scenario, type ScenarioInput } from './scenario';
import { World } from './world';

export type { Crash } from './hosted-world';
export type { Failure, InvariantVerdict, RunResult, SimulateOptions } from './run';

/** The simulator itself cannot run. */
export class SimulationError extends Error {
  readonly code: 'SIM_BUSY' | 'SIM_SEED' | 'SIM_WS_LOADED_FIRST';

  constructor(code: SimulationError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

let busy = false;

/**
 * Runs a scenario. The same code, scenario and seed give the same events and bytes, in any process.
 *
 * Only one run at a time, because the fence around it is the process's. Throws `ScenarioError` for
 * a scenario that is wrong, and {@link SimulationError}.
 */
export async function simulate(input: ScenarioInput, options: SimulateOptions): Promise<RunResult> {
  if (!Number.isSafeInteger(options.seed)) {
    throw new SimulationError('SIM_SEED', `The seed must be a whole number, not ${options.seed}.`);
  }
  return simulateChecked(await checkRunnable(input, options.seed), options);
}

/** As {@link simulate}, for a scenario that is checked already. */
export async function simulateChecked(
  { scenario, sounds }: Runnable,
  options: SimulateOptions,
): Promise<RunResult> {
  if (!(await webSocketKeysAreSeeded())) {
    throw new SimulationError(
      'SIM_WS_LOADED_FIRST',
      'The WebSocket library was loaded before the simulator, and its keys cannot be seeded. ' +
        'Import the simulator first.',
    );
  }
  if (busy) throw new SimulationError('SIM_BUSY', 'Another run is on in this process.');
  busy = true;
  const makeWorld = (parts: WorldOptions): RunWorld => new World(parts);
  try {
    return await new Run(withHops(scenario), options, sounds, makeWorld).run();
  } finally {
    busy = false;
    lendRandomBytes(undefined);
  }
}

/** A checked scenario and its sounds. */
export interface Runnable {
  readonly scenario: Scenario;
  readonly sounds: SoundLibrary;
}

/**
 * Checks whatever can be wrong with a scenario, its sounds too. Rejects with `ScenarioError`.
 *
 * @param seed - without one, any of a family is checked.
 */
export async function checkRunnable(input: unknown, seed?: number): Promise<Runnable> {
  const scenario = checkScenario(input, seed);
  const sounds = await loadFixtures();
  for (const { says } of scenario.acts) if (says !== undefined) sounds.sound(says);
  for (const host of Object.values(scenario.hosts)) {
    const answers = host.program === 'server' ? host.engine?.answers : undefined;
    if (answers !== undefined) sounds.sound(answers);
  }
  return { scenario, sounds };
}
