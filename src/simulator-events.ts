import type { Holdings } from './events';
import type { DeviceFailure } from './ports';

/** What only a simulation knows: faults, hosts, the user, the speaker, the wire. */
export type SimulatorEvent =
  | { readonly type: 'run.started'; readonly scenario: string; readonly seed: number }
  | {
      readonly type: 'phase.changed';
      readonly phase: 'safety' | 'liveness' | 'shutdown' | 'afterwards';
    }
  | {
      readonly type: 'fault.began';
      readonly fault: string;
      readonly id: number;
      /** Where: the host, or the two between which it is. */
      readonly hosts: readonly string[];
    }
  | { readonly type: 'fault.ended'; readonly fault: string; readonly id: number }
  | { readonly type: 'host.stopping'; readonly signal: string }
  | { readonly type: 'host.killed' }
  | { readonly type: 'host.lost_power' }
  | { readonly type: 'host.crashed'; readonly error: string }
  | ({ readonly type: 'host.inspected' } & Holdings)
  | { readonly type: 'host.paused' }
  | { readonly type: 'host.resumed'; readonly pausedMs: number }
  | { readonly type: 'host.wall_stepped'; readonly byMs: number }
  | { readonly type: 'host.acted_late'; readonly port: string }
  | { readonly type: 'user.spoke'; readonly sound: string; readonly ms: number }
  | { readonly type: 'user.pressed' }
  /** The microphone delivered so much of what the speaker had played. */
  | { readonly type: 'echo.heard'; readonly bytes: number }
  | { readonly type: 'speaker.started' }
  | {
      readonly type: 'speaker.silent';
      readonly playedBytes: number;
      readonly how: 'finished' | 'stopped' | DeviceFailure;
      /** A fingerprint of what was heard. */
      readonly sound: string;
      /** The most that waited to be heard at a time. */
      readonly mostQueuedBytes: number;
    }
  | {
      readonly type: 'wire.opened';
      readonly flow: number;
      readonly from: string;
      readonly to: string;
    }
  | {
      readonly type: 'wire.delivered';
      readonly flow: number;
      readonly from: string;
      readonly to: string;
      readonly bytes: number;
    }
  | {
      readonly type: 'wire.closed';
      readonly flow: number;
      readonly from: string;
      readonly to: string;
      readonly how: 'fin' | 'reset';
    }
  | { readonly type: 'trap.sprung'; readonly what: string; readonly site: string };
