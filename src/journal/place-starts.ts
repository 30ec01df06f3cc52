import type { RecordedEvent } from '../events';
import type { Comparison } from './compare-clocks';
import { leastOff, offByWall, saneWall, type MachineStart } from './time-line';

/** A start of a machine with its times on the line. */
export type Placed = readonly RecordedEvent[];

/** Told of a start whose place is only a guess. */
export type OnGuess = (start: MachineStart) => void;

/**
 * What is added to the times of each start of the client's machine. The first line is at 0. From
 * one start to the next the server's clock counts, where it has seen both; else the time of day.
 */
export function clientShifts(
  starts: readonly MachineStart[],
  compared: readonly Comparison[],
  onGuess: OnGuess,
): readonly number[] {
  const shiftsMs: number[] = [];
  let endedMs = 0;
  for (const [index, start] of starts.entries()) {
    const before = starts[index - 1];
    const byServerMs = shiftByServer(index, compared, shiftsMs);
    const beginsMs =
      byServerMs === undefined
        ? endedMs + (before === undefined ? 0 : offMs(before, start, onGuess))
        : start.beganMs + byServerMs;
    const shiftMs = Math.max(beginsMs, endedMs) - start.beganMs;
    shiftsMs.push(shiftMs);
    endedMs = start.endedMs + shiftMs;
  }
  return shiftsMs;
}

function shiftByServer(
  index: number,
  compared: readonly Comparison[],
  shiftsMs: readonly number[],
): number | undefined {
  const earlier = compared.filter(({ clientStart }) => clientStart < index);
  // Of each start of the server's the last one before.
  const lastOf = new Map(earlier.map((each) => [each.serverStart, each]));
  const after = compared.find(
    ({ clientStart, serverStart }) => clientStart === index && lastOf.has(serverStart),
  );
  const before = after && lastOf.get(after.serverStart);
  if (after === undefined || before === undefined) return undefined;
  const beforeMs = before.clientMs + (shiftsMs[before.clientStart] ?? 0);
  return beforeMs + after.serverMs - before.serverMs - after.clientMs;
}

/** Between two starts of a machine. */
function offMs(before: MachineStart, after: MachineStart, onGuess: OnGuess): number {
  const byWallMs = offByWall(before, after);
  if (byWallMs === undefined) onGuess(after);
  return byWallMs ?? leastOff(after);
}

/** An instant of the server's machine, and where it is on the line. */
export interface Anchor {
  readonly serverMs: number;
  readonly lineMs: number;
}

/**
 * Where each start of the server's machine lies. Between what was compared its times are stretched
 * evenly. A start that was never compared lies beside the one before it, or the one after it.
 */
export function placeServer(
  starts: readonly MachineStart[],
  anchorsOf: (start: number) => readonly Anchor[],
  zeroWallMs: number | undefined,
  onGuess: OnGuess,
): readonly Placed[] {
  const anchors = starts.map((_, index) => rising(anchorsOf(index)));
  const known = anchors.findIndex((each) => each.length > 0);
  const first = known < 0 ? 0 : known;
  if (known < 0) anchors[0] = [anchorByWall(starts[0] as MachineStart, zeroWallMs, onGuess)];
  for (let index = first + 1; index < starts.length; index += 1) {
    if (anchors[index]?.length === 0) anchors[index] = [afterIt(index - 1)];
  }
  for (let index = first - 1; index >= 0; index -= 1) anchors[index] = [beforeIt(index + 1)];
  return starts.map((start, index) => placed(start, anchors[index] ?? []));

  function afterIt(index: number): Anchor {
    const [before, after] = [starts[index] as MachineStart, starts[index + 1] as MachineStart];
    const endedMs = lineMsOf(before.endedMs, anchors[index] ?? []);
    return { serverMs: after.beganMs, lineMs: endedMs + offMs(before, after, onGuess) };
  }

  function beforeIt(index: number): Anchor {
    const [before, after] = [starts[index - 1] as MachineStart, starts[index] as MachineStart];
    const beganMs = lineMsOf(after.beganMs, anchors[index] ?? []);
    return { serverMs: before.endedMs, lineMs: beganMs - offMs(before, after, onGuess) };
  }
}

/** Those that do not run backwards. */
function rising(anchors: readonly Anchor[]): Anchor[] {
  const risen: Anchor[] = [];
  for (const anchor of anchors.toSorted((a, b) => a.serverMs - b.serverMs)) {
    if (anchor.lineMs >= (risen.at(-1)?.lineMs ?? -Infinity)) risen.push(anchor);
  }
  return risen;
}

function anchorByWall(
  start: MachineStart,
  zeroWallMs: number | undefined,
  onGuess: OnGuess,
): Anchor {
  const beganWallMs = saneWall(start.lines[0]);
  if (beganWallMs === undefined || zeroWallMs === undefined) {
    onGuess(start);
    return { serverMs: start.beganMs, lineMs: 0 };
  }
  return { serverMs: start.beganMs, lineMs: beganWallMs - zeroWallMs };
}

function placed({ lines }: MachineStart, anchors: readonly Anchor[]): Placed {
  let next = 0;
  return lines.map((line) => {
    while ((anchors[next]?.serverMs ?? Infinity) <= line.atMs) next += 1;
    return { ...line, atMs: inMicroseconds(between(line.atMs, anchors[next - 1], anchors[next])) };
  });
}

function lineMsOf(serverMs: number, anchors: readonly Anchor[]): number {
  const before = anchors.findLast((anchor) => anchor.serverMs <= serverMs);
  const after = anchors.find((anchor) => anchor.serverMs > serverMs);
  return between(serverMs, before, after);
}

/** Past the first or the last anchor the clocks are taken to go alike. */
function between(serverMs: number, before: Anchor | undefined, after: Anchor | undefined): number {
  if (before === undefined) return serverMs + shiftOf(after);
  if (after === undefined) return serverMs + shiftOf(before);
  const part = (serverMs - before.serverMs) / (after.serverMs - before.serverMs);
  return before.lineMs + part * (after.lineMs - before.lineMs);
}

function shiftOf(anchor: Anchor | undefined): number {
  return anchor === undefined ? 0 : anchor.lineMs - anchor.serverMs;
}

/** Thousandths of a millisecond are finer than any of our clocks. */
export function inMicroseconds(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
