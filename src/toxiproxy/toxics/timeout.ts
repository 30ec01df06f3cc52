import { defineToxic, type Outcome, type Stage } from '../toxic';

/**
 * Drops all data, and closes the connection after `timeout` ms without any; with 0 or less it never
 * does so by itself (`toxics/timeout.go`).
 */
export const timeout = defineToxic({
  type: 'timeout',
  fields: ['timeout'],
  // A stream with a hole in it is of no use to anybody.
  closesOnRemoval: true,
  forConnection: () => drop,
});

async function drop(stage: Stage, { timeout: ms }: { readonly timeout: number }): Promise<Outcome> {
  for (;;) {
    const chunk = await (ms > 0 ? stage.receiveWithin(ms) : stage.receive());
    if (chunk === 'end' || chunk === 'interrupted') return chunk;
    if (chunk === 'timed_out') return 'end';
  }
}
