import type { RecordedEvent } from '../../events';

/**
 * Who waits at a Toxiproxy. It dials for one client after the other, as Go's does: where a server
 * has lost its power, a client of an hour later waits for the dial of the first.
 */
export class ProxyQueues {
  /** Of each Toxiproxy, the flows for which it has not dialled with success, oldest first. */
  private readonly queues = new Map<string, Set<number>>();

  observe(event: RecordedEvent): void {
    switch (event.type) {
      case 'host.started':
        if (event.program === 'toxiproxy') this.queues.set(event.host, new Set());
        return;
      case 'wire.opened': {
        this.queues.get(event.to)?.add(event.flow);
        const served = this.queues.get(event.from);
        const [first] = served ?? [];
        if (first !== undefined) served?.delete(first);
        return;
      }
      case 'wire.closed':
        // The client may go earlier; its turn comes all the same.
        this.queues.get(event.from)?.delete(event.flow);
        return;
      default:
    }
  }

  waiting(): readonly number[] {
    return [...this.queues.values()].flatMap((flows) => [...flows]);
  }
}
