/**
 * Loaded into a program before all else (`--require`): tells the bench over IPC what the process
 * has used, and ends it should the bench be gone. The program knows nothing of it.
 */
import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** What the bench may ask; each is answered once. */
export type MeterQuestion = 'collect' | 'delay' | 'origin' | 'usage' | 'watchDelay';

/** What a process has used so far, and holds now. */
export interface Usage {
  /** User and system time of all its threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
  /** In use on the heap and beside it; after `collect` it is what is truly needed. */
  readonly heapBytes: number;
  readonly descriptors: number;
  /** What keeps the event loop: sockets, timers, servers and the like. */
  readonly resources: number;
}

/** How late the event loop was, in milliseconds. */
export interface LoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface MeterAnswers {
  readonly collect: true;
  readonly delay: LoopDelay;
  /** What `performance.now()` counts from, in milliseconds since 1970. */
  readonly origin: number;
  readonly usage: Usage;
  readonly watchDelay: true;
}

const RESOLUTION_MS = 1;
const NS_PER_MS = 1e6;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

const ANSWERS: { readonly [Question in MeterQuestion]: () => MeterAnswers[Question] } = {
  collect,
  delay: readDelay,
  origin: () => performance.timeOrigin,
  usage,
  watchDelay: () => {
    delay.reset();
    delay.enable();
    return true;
  },
};

function collect(): true {
  // Twice: what waits for a finalizer goes with the second.
  for (let round = 0; round < 2; round += 1) (globalThis as { gc?: () => void }).gc?.();
  return true;
}

function usage(): Usage {
  const { system, user } = process.cpuUsage();
  const { external, heapUsed, rss } = process.memoryUsage();
  return {
    cpuMs: (system + user) / 1_000,
    rssBytes: rss,
    heapBytes: heapUsed + external,
    descriptors: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
  };
}

/** The histogram counts from one sample to the next: what is above the resolution is lateness. */
function readDelay(): LoopDelay {
  delay.disable();
  const late = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
  return {
    p50Ms: late(delay.percentile(50)),
    p99Ms: late(delay.percentile(99)),
    maxMs: late(delay.max),
  };
}

process.on('message', ({ meter }: { readonly meter?: MeterQuestion }) => {
  if (meter !== undefined) process.send?.({ meter, answer: ANSWERS[meter]() });
});
process.on('disconnect', () => process.exit(1));
// A program that has ended is not kept by whoever looks at it.
process.channel?.unref();
