/**
 * A scenario: a story as plain data. Written by hand, generated, shrunk or derived from a journal,
 * it is one type, and a run of it is a function of it and a seed.
 */
import { z } from 'zod';

import { duration } from './duration';
import { expectationSchema } from './expectation';
import { faultSchema } from './network-faults';

const name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be words of a-z and 0-9 joined by dashes');

/** What the engine of a server does, step by step. Without a script it is the parrot. */
const engineSchema = z.strictObject({
  /** From asking for a conversation to having one. */
  startsAfter: duration.prefault('0 ms'),
  /** What comes of asking. `never`: nothing does. */
  start: z.enum(['works', 'fails', 'never']).default('works'),
  /** From the end of an utterance to the answer. `never`: the engine is silent. */
  answersAfter: z.union([duration, z.literal('never')]).prefault('500 ms'),
  /** How long the answer sounds. */
  answerLasts: duration.prefault('2 s'),
  /** What is answered; white space is no answer. */
  transcript: z.string().default('An answer.'),
  /** From one 100 ms piece of the answer to the next; 0 is as fast as the link takes it. */
  pieceEvery: duration.prefault('0 ms'),
  /** The speech breaks off after this much of it. */
  speechFailsAfter: duration.optional(),
  /** The engine dies this long after it was started. */
  diesAfter: duration.optional(),
  /** How long closing takes. */
  closesAfter: duration.prefault('0 ms'),
});

/** How a server that is none of ours misbehaves. */
const peerSchema = z.discriminatedUnion('behaviour', [
  /**
   * Takes each connection, lets it live for a while (the n-th for the n-th of `lives`), closes it.
   */
  z.strictObject({
    behaviour: z.literal('accepts_and_closes'),
    welcomes: z.boolean().default(true),
    code: z.number().int().default(1013),
    lives: z.array(duration).min(1).prefault(['0 ms']),
  }),
  /** Upgrades, and then says nothing. */
  z.strictObject({ behaviour: z.literal('never_welcomes') }),
  /**
   * Starts each session, begins an answer to it, and resets the connection before it has a sound.
   */
  z.strictObject({
    behaviour: z.literal('breaks_off_answers'),
    answersAfter: duration.prefault('3 s'),
    resetsAfter: duration.prefault('500 ms'),
  }),
  /** Answers the upgrade with another status than 101. */
  z.strictObject({ behaviour: z.literal('answers_upgrade'), status: z.number().int() }),
  z.strictObject({ behaviour: z.literal('closes_before_upgrade') }),
  /** Takes the TCP connection, and never answers the upgrade. */
  z.strictObject({ behaviour: z.literal('never_answers') }),
]);

const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});

const clientSchema = z.strictObject({
  program: z.literal('client'),
  /** The host that it dials. */
  server: z.string().default('server'),
  /** What it calls itself. */
  device: z.string().optional(),
  /** When the program is started; `never` leaves it off. */
  startsAt: z.union([duration, z.literal('never')]).prefault('0 ms'),
  /** Any of the client's settings. */
  settings,
});

const serverSchema = z.strictObject({
  program: z.literal('server'),
  engine: engineSchema.optional(),
  startsAt: z.union([duration, z.literal('never')]).prefault('0 ms'),
  settings,
});

const peerHostSchema = z.strictObject({
  program: z.literal('peer'),
  does: peerSchema,
  startsAt: z.union([duration, z.literal('never')]).prefault('0 ms'),
});

const hostSchema = z.discriminatedUnion('program', [clientSchema, serverSchema, peerHostSchema]);

/** What the person at a Pi does, or the operator: exactly one thing an entry. */
const actSchema = z
  .strictObject({
    at: duration,
    /** The host at which it is done. */
    on: z.string().default('pi'),
    /** Speaks a fixture: the name of a file in `fixtures/wav` without `.wav`. */
    says: z.string().optional(),
    presses: z.literal('button').optional(),
    /** Tells the program to stop for good, as SIGTERM does. */
    stops: z.literal('program').optional(),
  })
  .refine(
    (act) => [act.says, act.presses, act.stops].filter((one) => one !== undefined).length === 1,
    'must have exactly one of says, presses and stops',
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
  });

type Named = { readonly path: PropertyKey[]; readonly host: string };

function namedHosts(scenario: {
  readonly hosts: Readonly<Record<string, z.output<typeof hostSchema>>>;
  readonly acts: readonly { readonly on: string }[];
  readonly faults: readonly z.output<typeof faultSchema>[];
}): Named[] {
  const ofHosts = Object.entries(scenario.hosts).flatMap(([key, host]) =>
    host.program === 'client' ? [{ path: ['hosts', key, 'server'], host: host.server }] : [],
  );
  const ofActs = scenario.acts.map(({ on }, index) => ({ path: ['acts', index, 'on'], host: on }));
  const ofFaults = scenario.faults.flatMap((fault, index): Named[] =>
    'host' in fault
      ? [{ path: ['faults', index, 'host'], host: fault.host }]
      : fault.between.map((host) => ({ path: ['faults', index, 'between'], host })),
  );
  return [...ofHosts, ...ofActs, ...ofFaults];
}

/** A checked scenario: defaults filled in, every duration in whole milliseconds. */
export type Scenario = Readonly<z.output<typeof scenarioSchema>>;
/** A scenario as it is written. */
export type ScenarioInput = Readonly<z.input<typeof scenarioSchema>>;
export type HostSpec = Scenario['hosts'][string];
export type ClientSpec = Extract<HostSpec, { readonly program: 'client' }>;
export type ServerSpec = Extract<HostSpec, { readonly program: 'server' }>;
export type PeerSpec = Extract<HostSpec, { readonly program: 'peer' }>;
export type EngineScript = Readonly<z.output<typeof engineSchema>>;
export type Act = Scenario['acts'][number];

/** A scenario that cannot be run. The message names each wrong field by its path. */
export class ScenarioError extends Error {
  readonly code = 'SCENARIO_INVALID';
}

/** Marks a value as a scenario, for the compiler's sake. It is checked when it is run. */
export function scenario(input: ScenarioInput): ScenarioInput {
  return input;
}

/** Checks a scenario. Throws {@link ScenarioError}. */
export function checkScenario(input: unknown): Scenario {
  const checked = scenarioSchema.safeParse(input);
  if (checked.success) return checked.data;
  const title =
    typeof input === 'object' && input !== null && 'name' in input
      ? ` '${String(input.name)}'`
      : '';
  throw new ScenarioError(`Scenario${title} is wrong:\n${z.prettifyError(checked.error)}`);
}
