import { defineToxic, type Outcome, type Stage } from '../toxic';

/** Passes on what comes: what runs on a connection that toxicity spared. */
export const noop = defineToxic({ type: 'noop', fields: [], forConnection: () => pass });

export async function pass(stage: Stage): Promise<Outcome> {
  for (;;) {
    const chunk = await stage.receive();
    if (chunk === 'end' || chunk === 'interrupted') return chunk;
    await stage.send(chunk);
  }
}
