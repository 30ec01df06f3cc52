import { defineToxic, type Outcome, type Stage } from '../toxic';

type Latency = Readonly<Record<'latency' | 'jitter', number>>;

/** Delays data by `latency` +/- `jitter` ms from when it was read (`toxics/latency.go`). */
export const latency = defineToxic({
  type: 'latency',
  fields: ['latency', 'jitter'],
  // Chunks wait side by side, so that all that comes at once is late only once.
  queueChunks: 1024,
  forConnection: () => delay,
});

async function delay(stage: Stage, settings: Latency): Promise<Outcome> {
  for (;;) {
    const chunk = await stage.receive();
    if (chunk === 'end' || chunk === 'interrupted') return chunk;
    const leftMs = drawnDelayMs(stage, settings) - (stage.now() - chunk.readAtMs);
    if ((await stage.sleep(leftMs)) === 'interrupted') {
      await stage.send(chunk);
      return 'interrupted';
    }
    // The next latency counts from here, so that two of them add up.
    await stage.send({ bytes: chunk.bytes, readAtMs: chunk.readAtMs + leftMs });
  }
}

/** A whole number in [latency - jitter, latency + jitter - 1]. */
function drawnDelayMs(stage: Stage, { latency: meanMs, jitter }: Latency): number {
  return jitter > 0 ? meanMs + Math.floor(stage.chance() * 2 * jitter) - jitter : meanMs;
}
