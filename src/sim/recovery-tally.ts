import { Histogram, type Distribution } from './histogram';

/** What is measured of a recovery, in the order in which it is told; all are milliseconds. */
export const QUANTITIES = [
  'dead_until_noticed',
  'noticed_until_connected',
  'clear_until_connected',
  'connected_until_listening',
  'uplink_lost',
  'downlink_lost',
  'microphone_open',
] as const;

export type Quantity = (typeof QUANTITIES)[number];

/** What recovery has nobody else to thank for. */
export const NO_FAULT = 'no fault';

/** How one quantity is distributed under one kind of fault. */
export interface RecoveryRow extends Distribution {
  readonly quantity: Quantity;
  /** A kind of fault, or `no fault`. */
  readonly fault: string;
}

/** Rows by quantity, and by fault within one. What never occurred has none. */
export type Recovery = readonly RecoveryRow[];

/** Collects what was measured: of a run, of a campaign, of its shards. */
export class RecoveryTally {
  private readonly histograms = new Map<string, Histogram>();

  add(quantity: Quantity, fault: string, ms: number): void {
    this.of(quantity, fault).add(ms);
  }

  join(recovery: Recovery): void {
    for (const row of recovery) this.of(row.quantity, row.fault).join(row);
  }

  read(): Recovery {
    const faults = [...new Set([...this.histograms.keys()].map(faultOf))].sort();
    return QUANTITIES.flatMap((quantity) =>
      faults.flatMap((fault) => {
        const histogram = this.histograms.get(keyOf(quantity, fault));
        return histogram === undefined ? [] : [{ quantity, fault, ...histogram.read() }];
      }),
    );
  }

  private of(quantity: Quantity, fault: string): Histogram {
    const key = keyOf(quantity, fault);
    const known = this.histograms.get(key) ?? new Histogram();
    this.histograms.set(key, known);
    return known;
  }
}

/** Several as one, in whatever order. */
export function joinedRecovery(all: readonly Recovery[]): Recovery {
  const tally = new RecoveryTally();
  for (const recovery of all) tally.join(recovery);
  return tally.read();
}

function keyOf(quantity: Quantity, fault: string): string {
  return `${quantity}/${fault}`;
}

function faultOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
