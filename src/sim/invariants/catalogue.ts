import { HeartbeatInvariant } from './heartbeat';
import type { Invariant } from './invariant';
import { ReconnectInvariant } from './l01-reconnect';
import { ListeningInvariant } from './l03-listening';
import { PassiveInvariant } from './l04-passive';
import { BackoffInvariant } from './s01-backoff';
import { SocketsInvariant } from './s03-sockets';
import { PersistenceInvariant } from './s05-persistence';
import { PrivacyInvariant } from './s07-privacy';
import { EnginesInvariant } from './s12-engines';
import { ShutdownInvariant } from './s13-shutdown';
import { SurvivalInvariant } from './s14-survival';

/** Every invariant, fresh for one run or one journal. */
export function allInvariants(): readonly Invariant[] {
  return [
    new BackoffInvariant(),
    new SocketsInvariant(),
    new PersistenceInvariant(),
    new PrivacyInvariant(),
    new EnginesInvariant(),
    new ShutdownInvariant(),
    new SurvivalInvariant(),
    new ReconnectInvariant(),
    new HeartbeatInvariant(),
    new ListeningInvariant(),
    new PassiveInvariant(),
  ];
}
