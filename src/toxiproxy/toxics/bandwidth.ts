import { defineToxic, type Chunk, type Outcome, type Stage } from '../toxic';

const TICK_MS = 100;

/**
 * Passes `rate` KB/s, a KB being 1000 bytes, in ticks of 100 ms (`toxics/bandwidth.go`). With a
 * rate of 0 or less it holds everything, until it is changed or removed.
 */
export const bandwidth = defineToxic({
  type: 'bandwidth',
  fields: ['rate'],
  forConnection: () => throttle,
});

async function throttle(stage: Stage, { rate }: { readonly rate: number }): Promise<Outcome> {
  // What a timer was late by is made good with the next chunk.
  let owedMs = 0;
  for (;;) {
    const chunk = await stage.receive();
    if (chunk === 'end' || chunk === 'interrupted') return chunk;
    if (rate <= 0) await stage.sleep();
    if (rate <= 0) return flush(stage, chunk);
    owedMs += chunk.bytes.length / rate;
    let rest = chunk;
    while (rest.bytes.length > rate * TICK_MS) {
      if ((await stage.sleep(TICK_MS)) === 'interrupted') return flush(stage, rest);
      await stage.send({ ...rest, bytes: rest.bytes.subarray(0, rate * TICK_MS) });
      rest = { ...rest, bytes: rest.bytes.subarray(rate * TICK_MS) };
      owedMs -= TICK_MS;
    }
    const fromMs = stage.now();
    if ((await stage.sleep(owedMs)) === 'interrupted') return flush(stage, rest);
    owedMs -= stage.now() - fromMs;
    await stage.send(rest);
  }
}

async function flush(stage: Stage, chunk: Chunk): Promise<Outcome> {
  await stage.send(chunk);
  return 'interrupted';
}
