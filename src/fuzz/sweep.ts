import type { RecordedEvent } from '../events';
import type { Duration } from '../sim/duration';
import type { FaultInput } from '../sim/network-faults';
import { checkScenario, type Scenario, type ScenarioInput } from '../sim/scenario';
import { simulate } from '../sim/simulation';
import { ms } from './drawn-faults';

/** One scenario with one fault more, and what it is called. */
export interface SweptScenario {
  readonly scenario: ScenarioInput;
  readonly fault: string;
  readonly atMs: number;
}

/** How long a machine without power, or a program that is started anew, is away. */
const AWAY: Duration = '3 s';

/**
 * Runs a scenario, and then makes one of it for each instant at which anything happened and each
 * fault: fail at every point, survive every point. What the scenario itself expects is left out,
 * because with one more fault it need not come true; the invariants have to.
 */
export async function sweepOf(
  story: ScenarioInput,
  seed: number,
): Promise<readonly SweptScenario[]> {
  const scenario = checkScenario(story, seed);
  const instants = await instantsOf(story, scenario, seed);
  const faults = faultsOf(scenario);
  return instants.flatMap((atMs) =>
    faults.map(([fault, sudden]) => ({
      fault,
      atMs,
      scenario: {
        ...story,
        seed,
        interleave: true,
        expect: [],
        faults: [...(story.faults ?? []), { ...sudden, at: ms(atMs) } as FaultInput],
      },
    })),
  );
}

/** Every instant of the faulty part at which a host or the wire had anything to tell. */
async function instantsOf(
  story: ScenarioInput,
  { lasts }: Scenario,
  seed: number,
): Promise<readonly number[]> {
  const instants = new Set<number>();
  const onEvent = ({ atMs, host, type }: RecordedEvent): void => {
    const isOfStory = host !== 'world' || type.startsWith('wire.');
    if (isOfStory && atMs < lasts) instants.add(atMs);
  };
  await simulate(story, { seed, onEvent, keepEvents: 0 });
  return [...instants];
}

type Sudden = Omit<FaultInput, 'at'>;

/** What is put in, by name: between each client and its server, and at each of their machines. */
function faultsOf({ hosts }: Scenario): readonly (readonly [string, Sudden])[] {
  const links = Object.entries(hosts).flatMap(([client, spec]) =>
    spec.program === 'client' ? [[client, spec.server] as const] : [],
  );
  const machines = new Set(links.flat());
  return [
    ...links.flatMap(([client, server]) =>
      (['reset', 'silence', 'close'] as const).map(
        (kind) => [`${kind} of ${client}`, { kind, between: [client, server] }] as const,
      ),
    ),
    ...[...machines].flatMap((host) =>
      (['power_loss', 'restart'] as const).map(
        (kind) => [`${kind} of ${host}`, { kind, host, for: AWAY }] as const,
      ),
    ),
  ] as (readonly [string, Sudden])[];
}
