/**
 * A scenario: a story as plain data. Written by hand, generated, shrunk or derived from a journal,
 * it is one type, and a run of it is a function of it and a seed.
 */
import { z } from 'zod';

import { duration } from './duration';
import { expectationSchema, type Expectation, type Pattern } from './expectation';
import { dialledBy, hostSchema, type HostSpec } from './host-spec';
import { faultSchema } from './network-faults';
import { SeededRandom } from './random';
import { drawRanges } from './ranges';

const name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be words of a-z and 0-9 joined by dashes');

/** What the person at a Pi does, or the operator: exactly one thing an entry. */
const actSchema = z
  .strictObject({
    at: duration,
    /** The host at which it is done. */
    on: z.string().default('pi'),
    /** Speaks a fixture: the name of a file in `fixtures/wav` without `.wav`. */
    says: z.string().optional(),
    presses: z.literal('button').optional(),
    /** What was heard was a recording, and it is over: the session ends. */
    ends: z.literal('recording').optional(),
    /** Tells the program to stop for good, as SIGTERM does. */
    stops: z.literal('program').optional(),
    /** Counts what the program holds: reported as `host.inspected`. */
    inspects: z.literal('holdings').optional(),
  })
  .refine(
    ({ at: _at, on: _on, ...deeds }) =>
      Object.values(deeds).filter((deed) => deed !== undefined).length === 1,
    'must have exactly one of says, presses, ends, stops and inspects',
  );

const DEFAULT_HOSTS = {
  server: { program: 'server' },
  pi: { program: 'client' },
} as const;

export const scenarioSchema = z
  .strictObject({
    name,
    /** What happens, and what must come of it, in a sentence or two. */
    story: z.string().min(1),
    /**
     * Default: a server called `server`, and a Pi called `pi` that dials it. Started in this order.
     */
    hosts: z.record(name, hostSchema).prefault(DEFAULT_HOSTS),
    /** One-way delay between any two hosts. */
    latency: duration.prefault('5 ms'),
    /** What its chance comes from, whatever seed it is run with: it was found by chance. */
    seed: z.number().int().optional(),
    /** Whether the order of what happens at one instant is drawn from the seed. */
    interleave: z.boolean().default(false),
    acts: z.array(actSchema).default([]),
    faults: z.array(faultSchema).default([]),
    /** How long the faulty part lasts. Then all is healed, and everything must come to rest. */
    lasts: duration,
    expect: z.array(expectationSchema).default([]),
  })
  .superRefine((scenario, context) => {
    for (const { path, host } of namedHosts(scenario)) {
      if (Object.hasOwn(scenario.hosts, host)) continue;
      const known = Object.keys(scenario.hosts).join(', ');
      context.addIssue({ code: 'custom', path, message: `no host '${host}' here, only: ${known}` });
    }
    for (const { between, path } of needingProxies(scenario)) {
      const [client, server] = between;
      const spec = scenario.hosts[client];
      if (spec?.program === 'client' && spec.server === server) continue;
      const message = `must name a client and the server that it dials`;
      context.addIssue({ code: 'custom', path, message });
    }
    for (const { path, atMs } of instants(scenario)) {
      if (atMs <= scenario.lasts) continue;
      const message = `must not come after the end, at ${scenario.lasts} ms`;
      context.addIssue({ code: 'custom', path, message });
    }
  });

type Named = { readonly path: PropertyKey[]; readonly host: string };

function namedHosts(scenario: {
  readonly hosts: Readonly<Record<string, HostSpec>>;
  readonly acts: readonly { readonly on: string }[];
  readonly faults: readonly z.output<typeof faultSchema>[];
  readonly expect: readonly Expectation[];
}): Named[] {
  const ofHosts = Object.entries(scenario.hosts).flatMap(([key, spec]) =>
    dialledBy(spec).map(({ host, path }) => ({ path: ['hosts', key, ...path], host })),
  );
  const ofActs = scenario.acts.map(({ on }, index) => ({ path: ['acts', index, 'on'], host: on }));
  const ofFaults = scenario.faults.flatMap((fault, index): Named[] =>
    'host' in fault
      ? [{ path: ['faults', index, 'host'], host: fault.host }]
      : fault.between.map((host) => ({ path: ['faults', index, 'between'], host })),
  );
  const ofExpectations = scenario.expect.flatMap((expectation, index) =>
    patternsOf(expectation).flatMap(([key, { host }]): Named[] =>
      // What the simulator itself reports is the world's.
      typeof host === 'string' && host !== 'world'
        ? [{ path: ['expect', index, key, 'host'], host }]
        : [],
    ),
  );
  return [...ofHosts, ...ofActs, ...ofFaults, ...ofExpectations];
}

function needingProxies({ faults }: Pick<Scenario, 'faults'>): {
  readonly path: PropertyKey[];
  readonly between: readonly [string, string];
}[] {
  return faults.flatMap((fault, index) =>
    fault.kind === 'toxic' || fault.kind === 'proxy_down'
      ? [{ path: ['faults', index, 'between'], between: fault.between }]
      : [],
  );
}

function patternsOf(expectation: Expectation): [string, Pattern][] {
  if (expectation.check !== 'within') return [['of', expectation.of]];
  return [
    ['from', expectation.from],
    ['to', expectation.to],
  ];
}

type Instant = { readonly path: PropertyKey[]; readonly atMs: number };

/** What happens in the story, and when: all of it before the world is healed. */
function instants({ acts, faults, hosts }: Pick<Scenario, 'acts' | 'faults' | 'hosts'>): Instant[] {
  const starts = Object.entries(hosts).flatMap(([key, { startsAt }]): Instant[] =>
    startsAt === 'never' ? [] : [{ path: ['hosts', key, 'startsAt'], atMs: startsAt }],
  );
  const ofActs = acts.map(({ at }, index) => ({ path: ['acts', index, 'at'], atMs: at }));
  const ofFaults = faults.map(({ at }, index) => ({ path: ['faults', index, 'at'], atMs: at }));
  return [...starts, ...ofActs, ...ofFaults];
}

/** A checked scenario: defaults filled in, every duration in whole milliseconds. */
export type Scenario = Readonly<z.output<typeof scenarioSchema>>;
/** A scenario as it is written. */
export type ScenarioInput = Readonly<z.input<typeof scenarioSchema>>;
export type Act = Scenario['acts'][number];

/** A scenario that cannot be run. The message names each wrong field by its path. */
export class ScenarioError extends Error {
  readonly code = 'SCENARIO_INVALID';
}

/** Marks a value as a scenario, for the compiler's sake. It is checked when it is run. */
export function scenario(input: ScenarioInput): ScenarioInput {
  return input;
}

/**
 * Checks a scenario, and draws its ranges from the seed. Throws {@link ScenarioError}.
 *
 * @param seed - without one, any of the family is checked.
 */
export function checkScenario(input: unknown, seed = 1): Scenario {
  const checked = scenarioSchema.safeParse(drawRanges(input, new SeededRandom(seed, 'ranges')));
  if (checked.success) return checked.data;
  throw new ScenarioError(`Scenario${titleOf(input)} is wrong:\n${z.prettifyError(checked.error)}`);
}

function titleOf(input: unknown): string {
  const isNamed = typeof input === 'object' && input !== null && 'name' in input;
  return isNamed ? ` '${String(input.name)}'` : '';
}
