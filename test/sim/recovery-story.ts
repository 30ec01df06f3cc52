/** What the tests of recoveries share: a client's story, and what is measured of it. */
import type { AnyEvent, RecordedEvent } from '../../src/events';
import { RecoveryMeter } from '../../src/sim/recovery';
import type { Quantity, Recovery } from '../../src/sim/recovery-tally';
import {
  client,
  connected,
  hears,
  requested,
  serverStarted,
  sessionStarted,
} from './invariants/story';

/** What happens on a host at an instant, all in one step. */
export type Told = readonly [atMs: number, host: string, ...events: AnyEvent[]];

export const SECOND_BYTES = 32_000;

export const started: AnyEvent = { type: 'host.started', program: 'client', server: 'server' };
export const listening: AnyEvent = { type: 'server.listening', port: 1 };
export const opened: AnyEvent = { type: 'microphone.opened' };

export function began(fault: string, id = 1, hosts = ['pi', 'server']): AnyEvent {
  return { type: 'fault.began', fault, id, hosts };
}

export function ended(id = 1): AnyEvent {
  return { type: 'fault.ended', fault: 'any', id };
}

/** A fault that is over at once. */
export function struck(atMs: number, fault: string, id = 1, hosts = ['pi', 'server']): Told {
  return [atMs, 'world', began(fault, id, hosts), ended(id)];
}

export function delivered(to: string): AnyEvent {
  return { type: 'wire.delivered', flow: 1, from: 'server', to, bytes: 1 };
}

export function sent(seconds: number): AnyEvent {
  return { type: 'audio.sent', connection: 'c1', session: 's', bytes: seconds * SECOND_BYTES };
}

/** A client that is connected and listens, at 100 ms. */
export const UP: readonly Told[] = [
  [0, 'server', serverStarted, listening],
  [0, 'pi', started, client('listening_for_hotword'), opened, hears('hotword')],
  [100, 'world', delivered('pi')],
  [100, 'pi', connected('c1')],
];

const granted: AnyEvent = {
  type: 'control.received',
  connection: 'c1',
  message: 'session_started',
  session: 's',
};

/** ... and in a session, at 1 s. */
export const TALKING: readonly Told[] = [
  ...UP,
  [1_000, 'pi', requested('s'), client('starting_session'), hears('session')],
  [1_000, 'server', sessionStarted('s', 's1', 'pi')],
  [1_000, 'pi', granted, sessionStarted('s'), client('active_session')],
];

export function measure(...story: readonly Told[]): Recovery {
  const meter = new RecoveryMeter();
  let seq = 0;
  for (const [step, [atMs, host, ...events]] of story.entries()) {
    for (const event of events) {
      seq += 1;
      meter.observe({ seq, atMs, wallMs: 0, host, boot: 1, step, ...event } as RecordedEvent);
    }
  }
  return meter.read((story.at(-1)?.[0] ?? 0) + 2_000);
}

/** Each fault to which a quantity is put down, with the longest of it. */
export function longest(quantity: Quantity, ...story: readonly Told[]): Record<string, number> {
  const rows = measure(...story).filter((row) => row.quantity === quantity);
  return Object.fromEntries(rows.map(({ fault, maxMs }) => [fault, maxMs]));
}
