import type { EventType, RecordedEvent } from '../../events';
import { SafetyInvariant, type Breach, type Invariant } from './invariant';

/** Told of each breach as it is found. */
export type OnBreach = (invariant: Invariant, breach: Breach) => void;

const NOBODY: readonly Invariant[] = [];

/**
 * Shows a run or a journal to the invariants: to each the events that it reads, and to those that
 * wait for something each instant at which something happens.
 */
export class Jury {
  private readonly onBreach: OnBreach;
  private readonly readers = new Map<EventType, Invariant[]>();
  private readonly waiting: readonly Invariant[];
  private readonly lateMs: number;
  private nowMs = -Infinity;

  /** @param lateMs - how much later than it must something may happen: real timers are late. */
  constructor(invariants: readonly Invariant[], onBreach: OnBreach, lateMs = 0) {
    this.onBreach = onBreach;
    this.lateMs = lateMs;
    this.waiting = invariants.filter((each) => !(each instanceof SafetyInvariant));
    for (const invariant of invariants) {
      for (const type of invariant.reads) {
        this.readers.set(type, [...(this.readers.get(type) ?? NOBODY), invariant]);
      }
    }
  }

  observe(event: RecordedEvent): void {
    if (event.atMs - this.lateMs > this.nowMs) this.pass(event.atMs - this.lateMs);
    for (const invariant of this.readers.get(event.type) ?? NOBODY) {
      this.charge(invariant, invariant.observe(event));
    }
  }

  /** Time has come so far: what was due before and has not happened is a breach. */
  pass(nowMs: number): void {
    this.nowMs = nowMs;
    for (const invariant of this.waiting) this.charge(invariant, invariant.overdue(nowMs));
  }

  private charge(invariant: Invariant, breaches: readonly Breach[]): void {
    if (breaches.length === 0) return;
    for (const breach of breaches) this.onBreach(invariant, breach);
  }
}
