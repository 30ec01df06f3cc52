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

/** Between two looks at the operating system, each of which costs as much as a step. */
const DRAINS_A_TURN = 32;

/**
 * Calls `step` again and again for as long as it says so, each time once promises, ticks and stream
 * callbacks have run: what follows from one event has happened before the next. Node sees to that
 * between any two immediates, also within one turn of the event loop, and nothing in a run may use
 * the event loop by itself. A callback and not a promise, which costs as much again and goes
 * through the hooks of a trap.
 */
export function whileDrained(step: () => boolean): void {
  let goesOn = true;
  const drained = (): void => {
    goesOn &&= step();
  };
  const turn = (): void => {
    if (!goesOn) return;
    own = true;
    for (let drain = 0; drain < DRAINS_A_TURN; drain += 1) realSetImmediate(drained);
    realSetImmediate(turn);
    own = false;
  };
  turn();
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
