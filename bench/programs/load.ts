/** What the programs of a load agree on. */

/** A ping to each device this often: the first argument of a server. */
export function heartbeatMs(): number {
  return Number(process.argv[2]);
}

/** Devices that a server has room for. */
export const ROOM = 20_000;
/** 100 ms of sound, as a device sends it. */
export const MESSAGE_BYTES = 3_200;

/** Tells the bench where a server listens. */
export function tellPort(port: number): void {
  process.send?.({ port });
}

/** What the bench asks of the devices, one thing at a time. */
export type DevicesTask =
  | { readonly task: 'connect'; readonly port: number; readonly devices: number }
  /** So many of them ask for a session. */
  | { readonly task: 'begin'; readonly devices: number }
  /** Those that have a session send so many messages a second together. */
  | { readonly task: 'stream'; readonly perSecond: number; readonly forMs: number };

/** What came of a task: devices that are connected or have a session, messages that were taken. */
export interface DevicesDone {
  readonly done: number;
}
