import type { RecordedEvent } from '../events';

/** What one journal tells of one start of its machine: times can be compared only within it. */
export interface MachineStart {
  /** By time; `wallMs` is corrected where the clock was set soon after. */
  readonly lines: readonly RecordedEvent[];
  /** The times of its first and of its last line. */
  readonly beganMs: number;
  readonly endedMs: number;
}

/** A clock that is set so soon after the machine's start had been wrong since then. */
const SETTLING_MS = 3_600_000;
/** No program of ours is older: a time of day before 2020 is one that nobody has set. */
const EARLIEST_WALL_MS = 1_577_836_800_000;
/** A machine that was off for longer was not: one of the times of day is wrong. */
const LONGEST_OFF_MS = 366 * 86_400_000;
/** How far wall and monotonic time drift apart between two lines of one start, without a step. */
const SAME_START_MS = 5_000;

/** The starts of the machine in a journal, in order. */
export function machineStarts(lines: readonly RecordedEvent[]): readonly MachineStart[] {
  const starts = new Map<string, RecordedEvent[]>();
  let current: RecordedEvent[] = [];
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    if (before === undefined || (line.type === 'host.started' && !isSame(before, line, current))) {
      const key = keyOf(line, starts.size);
      current = starts.get(key) ?? [];
      starts.set(key, current);
    }
    current.push(line);
  }
  return [...starts.values()].map(asStart);
}

/**
 * Milliseconds from the last line of a start to the first of the next by the time of day; undefined
 * where that is not to be believed.
 */
export function offByWall(before: MachineStart, after: MachineStart): number | undefined {
  const endedMs = saneWall(before.lines.at(-1));
  const beganMs = saneWall(after.lines[0]);
  if (endedMs === undefined || beganMs === undefined) return undefined;
  const ms = beganMs - endedMs;
  return ms >= leastOff(after) && ms <= LONGEST_OFF_MS ? ms : undefined;
}

/** From its power-on to its first line a machine has been up for so long. */
export function leastOff({ beganMs }: MachineStart): number {
  return Math.max(1, beganMs);
}

/** The time of day of a line, where somebody had set the clock. */
export function saneWall(line: RecordedEvent | undefined): number | undefined {
  return line !== undefined && line.wallMs >= EARLIEST_WALL_MS ? line.wallMs : undefined;
}

function keyOf(line: RecordedEvent, count: number): string {
  const machine = line.type === 'host.started' ? line.machine : undefined;
  return machine === undefined ? `unnamed ${count}` : `machine ${machine}`;
}

/** Whether a life begins on the start of the machine on which the line before it was written. */
function isSame(
  before: RecordedEvent,
  started: Extract<RecordedEvent, { type: 'host.started' }>,
  lines: readonly RecordedEvent[],
): boolean {
  const known = lines.findLast(({ type }) => type === 'host.started');
  const machine = known?.type === 'host.started' ? known.machine : undefined;
  if (machine !== undefined && started.machine !== undefined) return machine === started.machine;
  const byMonotonicMs = started.atMs - before.atMs;
  const byWallMs = started.wallMs - before.wallMs;
  return byMonotonicMs >= 0 && Math.abs(byWallMs - byMonotonicMs) < SAME_START_MS;
}

/** Two processes of one machine can tell at once: their lives overlap. */
function asStart(written: readonly RecordedEvent[]): MachineStart {
  const lines = withWallSet(written.toSorted((a, b) => a.atMs - b.atMs));
  return { lines, beganMs: lines[0]?.atMs ?? 0, endedMs: lines.at(-1)?.atMs ?? 0 };
}

/** A Pi has no clock of its own: until somebody sets it, it shows the time of its last shutdown. */
function withWallSet(lines: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const beganMs = lines[0]?.atMs ?? 0;
  let fixMs = 0;
  const corrected = lines.toReversed().map((line) => {
    const wallMs = line.wallMs + fixMs;
    const isSetting = line.type === 'clock.stepped' && line.atMs - beganMs <= SETTLING_MS;
    if (isSetting) fixMs += line.byMs;
    return { ...line, wallMs };
  });
  return corrected.reverse();
}
