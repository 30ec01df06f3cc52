import { defineToxic, type Outcome, type Stage } from '../toxic';

type Slicer = Readonly<Record<'average_size' | 'size_variation' | 'delay', number>>;

/**
 * Cuts each chunk into slices of about `average_size` +/- `size_variation` bytes, and waits `delay`
 * microseconds after each (`toxics/slicer.go`). An average of 0 or less cuts nothing.
 */
export const slicer = defineToxic({
  type: 'slicer',
  fields: ['average_size', 'size_variation', 'delay'],
  forConnection: () => slice,
});

async function slice(stage: Stage, settings: Slicer): Promise<Outcome> {
  // A timer takes a millisecond or more: what a wait was too long by comes off the next ones.
  let owedMs = 0;
  for (;;) {
    const chunk = await stage.receive();
    if (chunk === 'end' || chunk === 'interrupted') return chunk;
    let start = 0;
    for (const end of cutsOf(stage, chunk.bytes.length, settings)) {
      await stage.send({ ...chunk, bytes: chunk.bytes.subarray(start, end) });
      start = end;
      owedMs += Math.max(0, settings.delay) / 1000;
      const fromMs = stage.now();
      if ((await stage.sleep(owedMs)) === 'interrupted') {
        const rest = chunk.bytes.subarray(start);
        if (rest.length > 0) await stage.send({ ...chunk, bytes: rest });
        return 'interrupted';
      }
      owedMs -= stage.now() - fromMs;
    }
  }
}

/** Where the slices of `length` bytes end: halves of halves, until they are small enough. */
function cutsOf(stage: Stage, length: number, settings: Slicer): number[] {
  const { average_size: average, size_variation } = settings;
  const variation = Math.max(0, size_variation);
  if (average <= 0) return [length];
  const cuts: number[] = [];
  let start = 0;
  // Ends of pieces that are still to be cut, the leftmost last.
  const ends = [length];
  for (let end = ends.at(-1); end !== undefined; end = ends.at(-1)) {
    const size = end - start;
    if (size - average <= variation) {
      cuts.push(end);
      ends.pop();
      start = end;
    } else {
      // Both halves have a byte at least, however much the variation is.
      const shift = variation > 0 ? Math.floor(stage.chance() * 2 * variation) - variation : 0;
      ends.push(start + Math.min(Math.max(Math.floor(size / 2) + shift, 1), size - 1));
    }
  }
  return cuts;
}
