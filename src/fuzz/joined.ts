import { joinedRecovery } from '../sim/recovery-tally';
import type { FuzzReport } from './report';

/**
 * The reports of several shards as one. Time on the wall is that of the longest, because shards run
 * side by side.
 */
export function joined(reports: readonly FuzzReport[]): FuzzReport {
  const sum = (field: 'lives' | 'runs' | 'steps' | 'virtualMs' | 'rerun'): number =>
    reports.reduce((total, report) => total + report[field], 0);
  return {
    version: 1,
    seed: reports[0]?.seed ?? 0,
    shards: reports.map(({ shards }) => shards).join(', '),
    lives: sum('lives'),
    runs: sum('runs'),
    steps: sum('steps'),
    virtualMs: sum('virtualMs'),
    wallMs: Math.max(0, ...reports.map(({ wallMs }) => wallMs)),
    reached: summed(reports.map(({ reached }) => reached)),
    pairs: summed(reports.map(({ pairs }) => pairs)),
    recovery: joinedRecovery(reports.map(({ recovery }) => recovery)),
    failures: reports.flatMap(({ failures }) => failures),
    rerun: sum('rerun'),
    differences: reports.flatMap(({ differences }) => differences),
    deadAlarms: [...new Set(reports.flatMap(({ deadAlarms }) => deadAlarms))],
    interrupted: reports.some(({ interrupted }) => interrupted),
  };
}

function summed(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [name, count] of all.flatMap((counts) => Object.entries(counts))) {
    total[name] = (total[name] ?? 0) + count;
  }
  return total;
}
