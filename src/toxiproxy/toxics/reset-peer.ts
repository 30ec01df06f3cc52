import { defineToxic, type Pipe } from '../toxic';

/**
 * Waits for the first data or the end of its stream, drops it, and after `timeout` ms resets both
 * ends (`toxics/reset_peer.go`). A connection that stays idle is never reset.
 */
export const resetPeer = defineToxic({ type: 'reset_peer', fields: ['timeout'], forConnection });

function forConnection(): Pipe<'timeout'> {
  // Once woken it needs no second chunk, even if its timeout is changed meanwhile.
  let isAwake = false;
  return async (stage, { timeout }) => {
    isAwake ||= (await stage.receive()) !== 'interrupted';
    if (!isAwake) return 'interrupted';
    return (await stage.sleep(timeout)) === 'slept' ? 'reset' : 'interrupted';
  };
}
