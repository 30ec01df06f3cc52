/**
 * Delta debugging (Zeller and Hildebrandt, 2002): the least part of a list that still fails, in the
 * sense that it does not fail any more without any single one of its elements.
 *
 * @param list - fails as a whole.
 * @param fails - whether a part does. It may be asked twice for the same one.
 */
export async function ddmin<Element>(
  list: readonly Element[],
  fails: (part: readonly Element[]) => Promise<boolean>,
): Promise<readonly Element[]> {
  if (list.length === 0 || (await fails([]))) return [];
  let failing = list;
  let parts = 2;
  while (failing.length > 1) {
    const smaller = await smallerOne(failing, parts, fails);
    if (smaller !== undefined) {
      failing = smaller;
      parts = Math.max(2, Math.min(parts - 1, smaller.length));
    } else if (parts < failing.length) {
      parts = Math.min(failing.length, parts * 2);
    } else {
      break;
    }
  }
  return failing;
}

/** One of so many parts, or all but one of them. */
async function smallerOne<Element>(
  list: readonly Element[],
  parts: number,
  fails: (part: readonly Element[]) => Promise<boolean>,
): Promise<readonly Element[] | undefined> {
  const bounds = Array.from({ length: parts + 1 }, (_, at) =>
    Math.floor((at * list.length) / parts),
  );
  const slices = bounds.slice(1).map((end, at) => [bounds[at] as number, end] as const);
  for (const [from, to] of slices) {
    const part = list.slice(from, to);
    if (part.length < list.length && (await fails(part))) return part;
  }
  if (parts === 2) return undefined;
  for (const [from, to] of slices) {
    const rest = [...list.slice(0, from), ...list.slice(to)];
    if (await fails(rest)) return rest;
  }
  return undefined;
}
