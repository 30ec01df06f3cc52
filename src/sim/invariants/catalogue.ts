import { HeartbeatInvariant } from './h01-heartbeat';
import type { Invariant } from './invariant';
import { ReconnectInvariant } from './l01-reconnect';
import { DeadLinkInvariant } from './l02-dead-link';
import { ListeningInvariant } from './l03-listening';
import { PassiveInvariant } from './l04-passive';
import { DeadlinesInvariant } from './l05-deadlines';
import { AgreementInvariant } from './l06-agreement';
import { CueInvariant } from './l07-cue';
import { DevicesInvariant } from './l08-devices';
import { EngineInvariant } from './l09-engine';
import { BackoffInvariant } from './s01-backoff';
import { JitterInvariant } from './s02-jitter';
import { SocketsInvariant } from './s03-sockets';
import { IdentityInvariant } from './s04-identity';
import { PersistenceInvariant } from './s05-persistence';
import { PlaybackInvariant } from './s06-playback';
import { PrivacyInvariant } from './s07-privacy';
import { OwnAudioInvariant } from './s08-own-audio';
import { PatienceInvariant } from './s09-patience';
import { WallClockInvariant } from './s10-wall-clock';
import { BoundsInvariant } from './s11-bounds';
import { EnginesInvariant } from './s12-engines';
import { ShutdownInvariant } from './s13-shutdown';
import { SurvivalInvariant } from './s14-survival';
import { DeterminismInvariant } from './s15-determinism';
import { CloseRecordInvariant } from './s16-close-record';
import { FreshAudioInvariant } from './s17-fresh-audio';
import { TurnsInvariant } from './s18-turns';

/** Every invariant, fresh for one run or one journal. */
export function allInvariants(): readonly Invariant[] {
  return [
    new BackoffInvariant(),
    new JitterInvariant(),
    new SocketsInvariant(),
    new IdentityInvariant(),
    new PersistenceInvariant(),
    new PlaybackInvariant(),
    new PrivacyInvariant(),
    new OwnAudioInvariant(),
    new PatienceInvariant(),
    new WallClockInvariant(),
    new BoundsInvariant(),
    new EnginesInvariant(),
    new ShutdownInvariant(),
    new SurvivalInvariant(),
    new DeterminismInvariant(),
    new CloseRecordInvariant(),
    new FreshAudioInvariant(),
    new TurnsInvariant(),
    new ReconnectInvariant(),
    new DeadLinkInvariant(),
    new ListeningInvariant(),
    new PassiveInvariant(),
    new DeadlinesInvariant(),
    new AgreementInvariant(),
    new CueInvariant(),
    new DevicesInvariant(),
    new EngineInvariant(),
    new HeartbeatInvariant(),
  ];
}
