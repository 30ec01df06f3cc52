import type { EventOf } from '../events';
import type { FaultKind } from './network-faults';

/** Faults of a device, which no link feels. */
const AT_DEVICES: ReadonlySet<string> = new Set<FaultKind>(['microphone_fails', 'speaker_fails']);

/** Faults that only a dial feels: what is connected lives on. */
const AT_DIALS: ReadonlySet<string> = new Set<FaultKind>([
  'dns',
  'lost_dials',
  'refused',
  'tls',
  'upgrade_answered',
  'wall_step',
]);

/** Whether it is one of a device's own. */
export function failsDevices(fault: string): boolean {
  return AT_DEVICES.has(fault);
}

/** Whether a client that dials may feel it. */
export function hindersDials(fault: string): boolean {
  return !failsDevices(fault);
}

/** Whether a connection that is up may feel it. */
export function cutsLinks(fault: string): boolean {
  return hindersDials(fault) && !AT_DIALS.has(fault);
}

/** A fault as one client has it; times are those of its host. */
export interface Suspect {
  readonly id: number;
  readonly fault: string;
  readonly hosts: readonly string[];
  readonly sinceMs: number;
  untilMs: number;
}

/** So many of the last faults are remembered. */
const REMEMBERED = 32;

/** Which faults there were, for one client that wants somebody to blame. */
export class Blame {
  private readonly suspects: Suspect[] = [];
  private readonly touches: (hosts: readonly string[]) => boolean;

  /** @param touches - whether a fault at these hosts is on the client's way to its server. */
  constructor(touches: (hosts: readonly string[]) => boolean) {
    this.touches = touches;
  }

  began({ fault, hosts, id }: EventOf<'fault.began'>, sinceMs: number): void {
    this.suspects.push({ id, fault, hosts, sinceMs, untilMs: Infinity });
    if (this.suspects.length > REMEMBERED) this.suspects.shift();
  }

  /** Returns the fault that ended, if it was on the client's way. */
  ended({ id }: EventOf<'fault.ended'>, untilMs: number): Suspect | undefined {
    const suspect = this.suspects.find((each) => each.id === id);
    if (suspect === undefined) return undefined;
    suspect.untilMs = untilMs;
    return this.touches(suspect.hosts) ? suspect : undefined;
  }

  /** Of the faults that were on at or after an instant, the one that began last. */
  latest(fromMs: number, counts: (fault: string) => boolean = () => true): Suspect | undefined {
    return this.suspects.findLast(
      ({ fault, hosts, untilMs }) => untilMs >= fromMs && counts(fault) && this.touches(hosts),
    );
  }
}
