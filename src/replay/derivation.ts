import { ms } from '../fuzz/drawn-faults';
import type { RecordedEvent } from '../events';
import type { Duration } from '../sim/duration';
import type { FaultInput } from '../sim/network-faults';
import type { ScenarioInput } from '../sim/scenario';

export type Acts = NonNullable<ScenarioInput['acts']>;
export type Hosts = NonNullable<ScenarioInput['hosts']>;

/** What the hosts of a replay are called, whatever they are called in the field. */
export const CLIENT = 'pi';
export const SERVER = 'server';

/** One way in which something may have come about. */
export interface Candidate {
  /** For a person: `nothing came from the server any more`. */
  readonly cause: string;
  readonly faults: readonly FaultInput[];
}

/** Something that the journals show and do not explain: what may have been behind it. */
export interface Incident {
  /** For a person: `c3 lost, heartbeat_timeout`. */
  readonly what: string;
  /** Milliseconds of the record: of the dial that it is about, and at which it shows. */
  readonly fromMs: number;
  readonly atMs: number;
  /** The likeliest first. */
  readonly candidates: readonly Candidate[];
}

/** A scenario in parts: what is certain, and what is to be chosen. */
export interface Derivation {
  readonly hosts: Hosts;
  readonly latencyMs: number;
  readonly acts: Acts;
  readonly faults: readonly FaultInput[];
  readonly incidents: readonly Incident[];
  /** What the journals tell, in whole milliseconds from the first line on. */
  readonly events: readonly RecordedEvent[];
  /** The first and the last instant of the story, on the time of `events`. */
  readonly fromMs: number;
  readonly untilMs: number;
}

/** From milliseconds of the record to instants of the story. */
export class StoryTime {
  private readonly fromMs: number;

  constructor(fromMs: number) {
    this.fromMs = fromMs;
  }

  at(recordMs: number): Duration {
    return ms(Math.max(0, Math.round(recordMs - this.fromMs)));
  }
}

/** How long something took, which may be no time at all. */
export function lengthOf(lengthMs: number): Duration {
  return ms(Math.max(0, Math.round(lengthMs)));
}

/** How long a fault lasts, which is a millisecond at least. */
export function lasting(lengthMs: number): Duration {
  return ms(Math.max(1, Math.round(lengthMs)));
}
