import type { DeviceFailure } from './ports';

/** What only a simulation knows: faults, hosts, the user, the speaker, the wire. */
export type SimulatorEvent =
  | { readonly type: 'run.started'; readonly scenario: string; readonly seed: number }
  | {
      readonly type: 'phase.changed';
      readonly phase: 'safety' | 'liveness' | 'shutdown' | 'afterwards';
    }
  | { readonly type: 'fault.began'; readonly fault: string; readonly id: number }
  | { readonly type: 'fault.ended'; readonly fault: string; readonly id: number }
  | { readonly type: 'host.started'; readonly program: string }
  | { readonly type: 'host.stopping'; readonly signal: string }
  | { readonly type: 'host.killed' }
  | { readonly type: 'host.lost_power' }
  | { readonly type: 'host.crashed'; readonly error: string }
  | { readonly type: 'host.paused' }
  | { readonly type: 'host.resumed'; readonly pausedMs: number }
  | { readonly type: 'host.wall_stepped'; readonly byMs: number }
  | { readonly type: 'host.acted_late'; readonly port: string }
  | { readonly type: 'user.spoke'; readonly sound: string; readonly ms: number }
  | { readonly type: 'user.pressed' }
  | { readonly type: 'speaker.started' }
  | {
      readonly type: 'speaker.silent';
      readonly playedBytes: number;
      readonly how: 'finished' | 'stopped' | DeviceFailure;
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
