/** What the tests of the simulator share: short stories, and what came of them. */
import type { EventOf, EventType, RecordedEvent } from '../../src/events';
import type { HostPorts, Program, ProgramStarter } from '../../src/sim/host';
import type { ScenarioInput } from '../../src/sim/scenario';
import { simulate, type RunResult, type SimulateOptions } from '../../src/sim/simulation';

/** Runs a story, by default one of a minute in which nothing happens, and keeps every event. */
export function run(
  story: Partial<ScenarioInput> = {},
  options: Partial<SimulateOptions> = {},
): Promise<RunResult> {
  const plain = { name: 'a-test', story: 'What a test tells.', lasts: '1 min' } as const;
  return simulate({ ...plain, ...story }, { seed: 1, keepEvents: 100_000, ...options });
}

/** The events of a type on a host, in order. */
export function eventsOf<Type extends EventType>(
  { lastEvents }: RunResult,
  host: string,
  type: Type,
): readonly EventOf<Type>[] {
  const isWanted = (event: RecordedEvent): boolean => event.host === host && event.type === type;
  return lastEvents.filter(isWanted) as unknown as readonly EventOf<Type>[];
}

/** When events of a type happened on a host, in milliseconds. */
export function timesOf(result: RunResult, host: string, type: EventType): readonly number[] {
  return eventsOf(result, host, type).map(({ atMs }) => atMs);
}

/** What a run has against the code, a kind each. */
export function kindsOf({ failures }: RunResult): readonly string[] {
  return failures.map(({ kind }) => kind);
}

/** A program that does this when it is started, and stops without a word. */
export function does(start: (ports: HostPorts) => void): ProgramStarter {
  return (ports): Program => {
    start(ports);
    return { shutdown: () => Promise.resolve() };
  };
}

/** One host, with a program of the test's own on it. */
export function alone(
  start: (ports: HostPorts) => void,
  story: Partial<ScenarioInput> = {},
): Promise<RunResult> {
  const hosts = { server: { program: 'server' } } as const;
  return run({ hosts, lasts: '10 s', ...story }, { programs: { server: does(start) } });
}
