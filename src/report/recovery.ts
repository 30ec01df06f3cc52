import { formatMs } from '../format-ms';
import type { Quantity, Recovery, RecoveryRow } from '../sim/recovery-tally';

/** Rows of text under columns, for whoever lays them out. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Places of the rows that tell of what must never be. */
  readonly failing: readonly number[];
}

/** What is measured, as a person reads it, and the bound that an invariant holds it to. */
const WORDS: Readonly<Record<Quantity, readonly [what: string, bound: string]>> = {
  dead_until_noticed: ['dead until noticed', 'L2: 40 s'],
  noticed_until_connected: ['noticed until connected', ''],
  clear_until_connected: ['the way clear until connected', 'L1: 75 s'],
  connected_until_listening: ['connected until listening', 'L3: 1 s'],
  uplink_lost: ['sound lost on its way up', ''],
  downlink_lost: ['sound lost on its way down', ''],
  microphone_open: ['microphone wrongly open', 'S7: never'],
};

const ANY = 'any fault';
const COLUMNS = ['what', 'fault', 'count', 'p50', 'p99', 'longest', 'bound'] as const;

/**
 * Recoveries by what is measured and by kind of fault. Where there was any, it also says that the
 * microphone was never wrongly open.
 */
export function recoveryTable(recovery: Recovery): Table {
  const told = [...new Set(recovery.map(({ quantity }) => quantity))];
  const rows = told.flatMap((each) => rowsOf(recovery.filter(({ quantity }) => quantity === each)));
  const [what, bound] = WORDS.microphone_open;
  const isPrivate = rows.length > 0 && !told.includes('microphone_open');
  const never = isPrivate ? [[what, ANY, '0', '-', '-', '-', bound]] : [];
  return {
    title: 'Recovery by kind of fault',
    columns: COLUMNS,
    rows: [...rows, ...never],
    failing: rows.flatMap(([first], place) => (first === what ? [place] : [])),
  };
}

/** What never took any time needs no row for each kind of fault. */
function rowsOf(some: Recovery): readonly (readonly string[])[] {
  const [first] = some;
  const isNothing = some.every(
    ({ maxMs, quantity }) => maxMs === 0 && quantity !== 'microphone_open',
  );
  if (first === undefined || !isNothing) return some.map(cellsOf);
  const count = some.reduce((sum, row) => sum + row.count, 0);
  return [cellsOf({ ...first, count, fault: some.length === 1 ? first.fault : ANY })];
}

function cellsOf({ count, fault, maxMs, p50Ms, p99Ms, quantity }: RecoveryRow): readonly string[] {
  const [what, bound] = WORDS[quantity];
  return [what, fault, `${count}`, briefMs(p50Ms), briefMs(p99Ms), briefMs(maxMs), bound];
}

/** To three digits or so: what it stands for is no more exact. */
function briefMs(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 600_000) return `${(ms / 1_000).toFixed(ms < 100_000 ? 1 : 0)} s`;
  return formatMs(Math.round(ms / 60_000) * 60_000);
}
