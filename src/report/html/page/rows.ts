import type { Group, Lane } from './lane';

/** A row of a time line, and where it is. */
export interface Row {
  readonly top: number;
  readonly height: number;
  readonly group: Group;
  /** Whether the name of the group stands before it. */
  readonly isHead: boolean;
  readonly lane?: Lane;
}

const NAME_HEIGHT = 20;
const GAP = 2;
const GROUP_GAP = 5;

/** Lays lanes out below each other; a group that is folded has its name alone. */
export function rowsOf(groups: readonly Group[], folded: ReadonlySet<string>): readonly Row[] {
  const rows: Row[] = [];
  let top = 0;
  const add = (group: Group, isHead: boolean, lane?: Lane): void => {
    const height = Math.max(lane?.height ?? 0, isHead ? NAME_HEIGHT : 0);
    rows.push({ top, height, group, isHead, ...(lane === undefined ? {} : { lane }) });
    top += height + GAP;
  };
  for (const group of groups) {
    if (rows.length > 0) top += GROUP_GAP;
    const isFolded = folded.has(group.title);
    add(group, true, (isFolded ? briefOf(group) : undefined) ?? group.head);
    if (isFolded) continue;
    for (const lane of group.lanes) add(group, false, lane);
  }
  return rows;
}

/** What says most of a host in one lane. */
function briefOf({ lanes }: Group): Lane | undefined {
  return lanes.find(({ title }) => title === 'connection');
}

export function heightOf(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last === undefined ? 0 : last.top + last.height + GAP;
}
