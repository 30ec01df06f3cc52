import type { EventSink } from '../ports';

/**
 * Calls a listener of somebody else's: one that throws, now or in a promise, is reported as
 * `callback.threw` by its name, and changes nothing.
 */
export function callListener(events: EventSink, callback: string, listener: () => unknown): void {
  const report = (): void => events.emit({ type: 'callback.threw', callback });
  try {
    const result = listener();
    if (result instanceof Promise) result.catch(report);
  } catch {
    report();
  }
}
