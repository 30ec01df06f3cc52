import type { Picture } from './groups';
import type { Group, Lane } from './lane';

/** Two recordings on one axis: below each lane of the run that of the other recording. */
export function sideBySide(run: Picture, other: Picture, label: string): Picture {
  const groups = run.groups.map((group) => joined(group, groupLike(other.groups, group), label));
  const known = new Set(run.groups.map(({ title }) => title));
  const alone = other.groups.filter(({ title }) => !known.has(title));
  return {
    startMs: Math.min(run.startMs, other.startMs),
    endMs: Math.max(run.endMs, other.endMs),
    phases: run.phases,
    groups: [...groups, ...alone.map((group) => joined({ ...group, lanes: [] }, group, label))],
  };
}

function groupLike(groups: readonly Group[], { title }: Group): Group | undefined {
  return groups.find((group) => group.title === title);
}

function joined(run: Group, other: Group | undefined, label: string): Group {
  const theirs = other?.lanes ?? [];
  const known = new Set(run.lanes.map(({ title }) => title));
  const pairs = run.lanes.flatMap((lane) => {
    const match = theirs.find(({ title }) => title === lane.title);
    return match === undefined ? [lane] : [lane, asOther(match, label)];
  });
  const alone = theirs.filter(({ title }) => !known.has(title));
  return { ...run, lanes: [...pairs, ...alone.map((lane) => asOther(lane, label))] };
}

function asOther(lane: Lane, label: string): Lane {
  return { ...lane, title: label, hint: `${lane.title}, as the ${label} has it`, isOther: true };
}
