/**
 * The real event loop, as it was before a trap was laid around a run. Nothing else in a simulation
 * may touch it.
 */
const realSetImmediate = setImmediate;

/** Whether the simulator itself is using the event loop at this moment. */
let own = false;

/** Tells the trap an immediate of our own from anybody else's. */
export function isOwnUse(): boolean {
  return own;
}

/**
 * Calls back once promises, ticks and stream callbacks have run: what follows from one event has
 * happened. One macrotask is enough, because nothing in a run may use the event loop by itself. A
 * callback and not a promise, which costs as much again and goes through the hooks of a trap.
 */
export function onceDrained(callback: () => void): void {
  own = true;
  realSetImmediate(callback);
  own = false;
}

const UNCAUGHT = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Hands every error that nothing caught, thrown or rejected, to `onError` instead of ending the
 * process. Returns a function that puts everything back.
 *
 * Not by `setUncaughtExceptionCaptureCallback`: that is closed to us wherever `domain` was loaded,
 * as ts-node does.
 */
export function captureUncaught(onError: (error: unknown) => void): () => void {
  const undo = UNCAUGHT.map((event) => {
    const others = process.listeners(event as 'uncaughtException');
    process.removeAllListeners(event);
    process.on(event, onError);
    return () => {
      process.removeListener(event, onError);
      for (const other of others) process.on(event, other);
    };
  });
  return () => {
    for (const each of undo) each();
  };
}
