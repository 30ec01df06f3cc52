import type { Cue, InputProblem } from '../events';
import { asLabel } from '../peer-words';
import type {
  Button,
  Clock,
  EventSink,
  HotwordDetector,
  Microphone,
  Random,
  Speaker,
  TimerHandle,
} from '../ports';
import { TARS_V2, type ServerMessage, type Trigger } from '../protocol';
import {
  checkClientSettings,
  type ClientSettings,
  type ClientSettingsInput,
} from './client-settings';
import { ClientState, cueOfEnd, EAR, mayEnter } from './client-state';
import { Ear } from './ear';
import { callListener } from './listener';
import { Session } from './session';
import { Voice, type PlaybackEnd } from './voice';
import { ConnectionStatus, type WebSocketClient } from './websocket-client';

export interface SessionPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventSink;
  readonly microphone: Microphone;
  readonly speaker: Speaker;
  readonly hotword: HotwordDetector;
  readonly button: Button;
}

/** Why a session ended, as the wire and the events have it. */
export type EndReason =
  | 'user' /* the button */
  | 'start_timeout'
  | 'active_limit'
  | 'microphone_failed'
  | 'microphone_ended' /* a recorded microphone has nothing more to say */
  | 'shutdown'
  | 'link_lost';

type MessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;

/**
 * What a person notices: the hotword opens a session, what is said goes to the server, the answer
 * sounds, and in the end the Pi listens for the hotword again. The link lives on through all of it.
 *
 * A session is one value. What names another session, or comes when there is none, changes nothing.
 */
export class SessionManager {
  /** A session is over, and the Pi listens again; for a composition root that counts them. */
  onSessionEnded: ((reason: string) => void) | undefined;

  private readonly settings: ClientSettings;
  private readonly ports: SessionPorts;
  private readonly link: WebSocketClient;
  private readonly ear: Ear;
  private readonly voice: Voice;
  private currentState = ClientState.IDLE;
  private session: Session | undefined;
  /** Whether the audio that comes in belongs to the current session's answer. */
  private downlinkIsOurs = false;
  private hadSession = false;
  private lastTriggerMs = -Infinity;
  private stateTimer: TimerHandle | undefined;
  private stopListeningToButton: (() => void) | undefined;
  private stopping: Promise<void> | undefined;

  /** Throws `ClientSettingsError` for settings that cannot be used. */
  constructor(settings: ClientSettingsInput, ports: SessionPorts, link: WebSocketClient) {
    this.settings = checkClientSettings(settings);
    this.ports = ports;
    this.link = link;
    this.ear = this.makeEar();
    this.voice = this.makeVoice();
  }

  get state(): ClientState {
    return this.currentState;
  }

  /** Starts the link and listens for the hotword. Again, or after `shutdown()`, it does nothing. */
  start(): void {
    if (this.currentState !== ClientState.IDLE || this.stopping !== undefined) return;
    this.link.onConnectionLost = () => this.connectionLost();
    this.link.onControlMessageReceived = (message) => this.messageReceived(message);
    this.link.onAudioReceived = (pcm) => this.audioReceived(pcm);
    this.link.start();
    this.enter(ClientState.LISTENING_FOR_HOTWORD, 'start');
    this.stopListeningToButton = this.ports.button.onPress(() => this.buttonPressed());
    this.ear.open();
    this.updateEar();
  }

  /** Ends the session, if one is on, and listens for the hotword. The link stays as it is. */
  endSession(reason: EndReason): void {
    if (this.session !== undefined) this.finish(reason, { tell: true });
  }

  /**
   * Ends the session and then the link, and releases the devices. Resolves when nothing is left:
   * after the close timeout at the latest. May be called in any state, and again.
   */
  shutdown(): Promise<void> {
    this.stopping ??= this.stop();
    return this.stopping;
  }

  private async stop(): Promise<void> {
    this.stopListeningToButton?.();
    this.ear.close();
    this.closeSession('shutdown', true);
    this.voice.close();
    this.ports.hotword.close();
    if (this.currentState !== ClientState.IDLE) this.enter(ClientState.IDLE, 'shutdown');
    await this.link.shutdown();
  }

  // What the person does.

  private hotwordDetected(): void {
    this.ports.events.emit({ type: 'hotword.detected', online: this.isOnline() });
    this.beginSession('hotword');
  }

  private buttonPressed(): void {
    const sinceTriggerMs = this.ports.clock.now() - this.lastTriggerMs;
    if (sinceTriggerMs < this.settings.buttonDebounceMs) return;
    this.ports.events.emit({ type: 'button.pressed', online: this.isOnline() });
    if (this.session === undefined) this.beginSession('button');
    else this.endSession('user');
    this.lastTriggerMs = this.ports.clock.now();
  }

  private beginSession(trigger: Trigger): void {
    if (this.currentState !== ClientState.LISTENING_FOR_HOTWORD) return;
    this.lastTriggerMs = this.ports.clock.now();
    const { protocol } = this.link;
    if (protocol === undefined) {
      this.voice.cue('offline');
      return;
    }
    this.voice.stop();
    const session = this.makeSession(protocol === TARS_V2);
    this.session = session;
    this.hadSession = true;
    this.ports.events.emit({ type: 'session.requested', session: session.id, trigger });
    this.enter(ClientState.STARTING_SESSION, trigger);
    this.link.sendMessage({ type: 'hotword_detected', session: session.id, trigger });
    if (session.acknowledges) this.limitState(this.settings.sessionStartTimeoutMs, 'start_timeout');
    else this.sessionStarted(session);
  }

  // What the server says.

  private messageReceived(message: ServerMessage): void {
    switch (message.type) {
      case 'session_started':
        return this.inSession(message, (session) => this.startAnswered(session));
      case 'session_rejected':
        return this.inSession(message, () => this.rejected(message.reason));
      case 'audio_ack':
        return this.inSession(message, ({ uplink }) => uplink.acknowledge(message.bytes));
      case 'start_of_tts_stream':
        return this.answerBegins(message);
      case 'tts_stream_end':
        return this.inSession(message, () => this.answerComplete(message));
      case 'session_end':
        return this.inSession(message, () => this.endedByServer(asLabel(message.reason)));
      case 'welcome':
        return this.reject('unexpected_message');
      default:
        return message satisfies never;
    }
  }

  /** A message without a session, as the base protocol has them, means the current one. */
  private inSession(message: { readonly session?: string }, act: (session: Session) => void): void {
    const { session } = this;
    if (session !== undefined && (message.session ?? session.id) === session.id) act(session);
    else this.reject('stale_message');
  }

  private startAnswered(session: Session): void {
    if (this.currentState === ClientState.STARTING_SESSION) this.sessionStarted(session);
    else this.reject('unexpected_message');
  }

  private sessionStarted(session: Session): void {
    const connection = this.link.connectionId ?? '';
    this.ports.events.emit({ type: 'session.started', session: session.id, connection });
    this.enter(ClientState.ACTIVE_SESSION, 'session_started');
    this.limitState(this.settings.activeLimitMs, 'active_limit');
    session.uplink.open();
    // Not at the hotword: a sound that says "yes" before anybody listens would not be true.
    if (this.settings.acknowledge) this.voice.cue('listening');
  }

  private rejected(reason: string | undefined): void {
    if (this.currentState !== ClientState.STARTING_SESSION) {
      this.reject('unexpected_message');
      return;
    }
    const label = asLabel(reason);
    const session = this.session?.id ?? '';
    this.ports.events.emit({ type: 'session.rejected', session, reason: label });
    this.finish(label, { cue: 'rejected' });
  }

  private endedByServer(reason: string): void {
    const cue = cueOfEnd(this.currentState, reason);
    this.finish(reason, cue === undefined ? {} : { cue });
  }

  private answerBegins(message: MessageOf<'start_of_tts_stream'>): void {
    this.downlinkIsOurs = false;
    this.inSession(message, (session) => {
      if (this.currentState === ClientState.STARTING_SESSION) {
        this.reject('unexpected_message');
        return;
      }
      this.downlinkIsOurs = true;
      this.playAnswer(session, message.turn);
    });
  }

  private playAnswer(session: Session, turn: number | undefined): void {
    session.uplink.hush();
    if (this.currentState === ClientState.ACTIVE_SESSION) {
      this.enter(ClientState.PROCESSING_RESPONSE, 'start_of_tts_stream');
    }
    this.clearStateTimer();
    this.voice.beginAnswer({
      session: session.id,
      turn: turn ?? 0,
      onEnded: (how) => this.answerEnded(session, turn, how),
    });
  }

  /** All of the answer has come; what of it waits still has to sound, unless somebody speaks. */
  private answerComplete({ error, turn }: MessageOf<'tts_stream_end'>): void {
    const isInterrupted = error === 'interrupted';
    const isOurs = isInterrupted ? this.voice.interruptAnswer(turn) : this.voice.endAnswer(turn);
    if (isOurs) this.downlinkIsOurs = false;
    else this.reject('stale_message');
  }

  private answerEnded(session: Session, turn: number | undefined, how: PlaybackEnd): void {
    this.downlinkIsOurs = false;
    this.link.sendMessage({
      type: 'playback_complete',
      session: session.id,
      ...(turn === undefined ? {} : { turn }),
      ...(how === 'finished' ? {} : { error: how }),
    });
    this.enter(ClientState.ACTIVE_SESSION, 'playback_ended');
    this.limitState(this.settings.activeLimitMs, 'active_limit');
    this.updateEar();
  }

  private audioReceived(pcm: Buffer): void {
    if (!this.downlinkIsOurs) this.reject(this.hadSession ? 'stale_audio' : 'unexpected_audio');
    else if (pcm.length % 2 !== 0) this.reject('odd_length');
    else this.answerReceived(pcm);
  }

  private answerReceived(pcm: Buffer): void {
    const connection = this.link.connectionId ?? '';
    const session = this.session?.id ?? '';
    this.ports.events.emit({ type: 'audio.received', connection, session, bytes: pcm.length });
    this.voice.write(pcm);
  }

  private connectionLost(): void {
    this.downlinkIsOurs = false;
    if (this.session !== undefined) this.finish('link_lost', { cue: 'interrupted' });
  }

  private reject(problem: InputProblem): void {
    const connection = this.link.connectionId ?? '';
    this.ports.events.emit({ type: 'input.rejected', connection, problem });
  }

  // The session and its states.

  private makeSession(acknowledges: boolean): Session {
    const { clock, events, random } = this.ports;
    const { link, settings } = this;
    return new Session({ settings, clock, random, events, link, acknowledges });
  }

  /** The one way in which a session ends while the program goes on. */
  private finish(reason: string, { cue, tell = false }: { cue?: Cue; tell?: boolean }): void {
    this.closeSession(reason, tell);
    if (cue !== undefined) this.voice.cue(cue);
    this.enter(ClientState.LISTENING_FOR_HOTWORD, reason);
    callListener(this.ports.events, 'onSessionEnded', () => this.onSessionEnded?.(reason));
  }

  /** From here on nothing of the session sounds, or is sent but the word that it is over. */
  private closeSession(reason: string, tell: boolean): void {
    const { session } = this;
    if (session === undefined) return;
    this.session = undefined;
    this.downlinkIsOurs = false;
    this.clearStateTimer();
    session.uplink.close();
    this.voice.stop();
    this.ports.events.emit({ type: 'session.ended', session: session.id, reason });
    if (tell) this.link.sendMessage({ type: 'session_end', session: session.id, reason });
  }

  private enter(to: ClientState, cause: string): void {
    const from = this.currentState;
    if (from === to) return;
    if (!mayEnter(from, to)) throw new Error(`No way from ${from} to ${to} (${cause}).`);
    this.currentState = to;
    this.ports.events.emit({ type: 'state.changed', machine: 'client', from, to, cause });
    this.updateEar();
  }

  /** No state of a session lasts for ever, whatever the server does or forgets. */
  private limitState(limitMs: number, reason: EndReason): void {
    this.clearStateTimer();
    this.stateTimer = this.ports.clock.setTimeout(() => this.stateExpired(reason), limitMs);
  }

  private stateExpired(reason: EndReason): void {
    const cue = reason === 'start_timeout' ? 'rejected' : 'interrupted';
    this.finish(reason, { tell: true, cue });
  }

  private clearStateTimer(): void {
    this.ports.clock.clearTimeout(this.stateTimer);
    this.stateTimer = undefined;
  }

  // The ear and the voice.

  /** The one place that decides who hears the microphone. */
  private updateEar(): void {
    this.ear.listenFor(this.voice.busy ? 'nothing' : EAR[this.currentState]);
  }

  private makeEar(): Ear {
    const { clock, events, hotword, microphone } = this.ports;
    return new Ear({
      settings: this.settings,
      clock,
      events,
      microphone,
      hotword,
      onHotword: () => this.hotwordDetected(),
      onAudio: (pcm) => this.session?.uplink.take(pcm),
      onFailed: () => this.microphoneFailed(),
    });
  }

  private microphoneFailed(): void {
    if (this.session === undefined) return;
    this.finish('microphone_failed', { tell: true, cue: 'interrupted' });
  }

  private makeVoice(): Voice {
    const { clock, events, speaker } = this.ports;
    return new Voice({
      settings: this.settings,
      clock,
      events,
      speaker,
      onBusyChanged: () => this.updateEar(),
      onBackPressure: (hold) => {
        if (hold) this.link.pauseReading();
        else this.link.resumeReading();
      },
    });
  }

  private isOnline(): boolean {
    return this.link.status === ConnectionStatus.CONNECTED;
  }
}
