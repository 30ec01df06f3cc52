import { defineToxic, type Outcome, type Stage } from '../toxic';

/** Passes data, and keeps the end of the stream back for `delay` ms (`toxics/slow_close.go`). */
export const slowClose = defineToxic({
  type: 'slow_close',
  fields: ['delay'],
  forConnection: () => closeSlowly,
});

async function closeSlowly(stage: Stage, { delay }: { readonly delay: number }): Promise<Outcome> {
  for (;;) {
    const chunk = await stage.receive();
    if (chunk === 'interrupted') return chunk;
    if (chunk === 'end') return (await stage.sleep(delay)) === 'slept' ? 'end' : 'interrupted';
    await stage.send(chunk);
  }
}
