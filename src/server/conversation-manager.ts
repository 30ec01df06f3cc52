import { asLabel } from '../peer-words';
import type { Clock, EngineTurn, EventSink, TimerHandle } from '../ports';
import { TARS_V2, type ClientMessage } from '../protocol';
import { AudioAcks } from './audio-acks';
import type { ConversationLink } from './conversation-link';
import { assertTransition, ConversationState } from './conversation-state';
import { EarlyAudio } from './early-audio';
import type { EndPhrases } from './end-phrases';
import type { EngineLease } from './engine-lease';
import type { EnginePool } from './engine-pool';
import type { ServerSettings } from './server-settings';
import { dropAudio, TurnSpeaker } from './turn-speaker';

type MessageOf<Type extends ClientMessage['type']> = Extract<ClientMessage, { type: Type }>;

/** What a {@link ConversationManager} goes by. */
export type ConversationTimes = Pick<
  ServerSettings,
  | 'activeTimeoutMs'
  | 'audioAckMs'
  | 'maxPlaybackLeadMs'
  | 'playbackGraceMs'
  | 'processingTimeoutMs'
  | 'startTimeoutMs'
>;

export interface ConversationOptions {
  readonly link: ConversationLink;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly engines: EnginePool;
  readonly endPhrases: EndPhrases;
  readonly times: ConversationTimes;
}

/** From the hotword to rest. Whatever still calls on behalf of an older one is recognised by it. */
interface Session {
  readonly id: string;
  readonly engine: EngineLease;
  readonly acks: AudioAcks | undefined;
  readonly early: EarlyAudio;
  turns: number;
  speaker: TurnSpeaker | undefined;
}

/**
 * The conversation with one device, over one connection: its state, its session, its deadlines.
 *
 *   client                         server                        engine
 *     |-- hotword_detected --------->| STARTING ---- open -------->|
 *     |<-------- session_started ----| ACTIVE <----- opened -------|
 *     |-- audio ~~~~~~~~~~~~~~~~~~~~>|~~~~~~~~~~~~~~ hear ~~~~~~~~>|
 *     |                              | PROCESSING <- onUtterance --|
 *     |<---- start_of_tts_stream ----| SPEAKING <--- onTurn -------|
 *     |<~~~~ audio, tts_stream_end --|                             |
 *     |-- playback_complete -------->| ACTIVE                      |
 *     |-- session_end -------------->| PASSIVE ----- close ------->|
 *
 * Each state but PASSIVE has a deadline. All work belongs to the session and ends with it, in one
 * turn of the loop; what comes for a session that is over changes nothing and is counted.
 */
export class ConversationManager {
  private readonly options: ConversationOptions;
  private current: ConversationState = ConversationState.PASSIVE;
  private session: Session | undefined;
  private sessions = 0;
  private deadline: TimerHandle | undefined;

  constructor(options: ConversationOptions) {
    this.options = options;
  }

  get state(): ConversationState {
    return this.current;
  }

  /** Takes a message of the client. */
  onControlMessage(message: ClientMessage): void {
    switch (message.type) {
      case 'hotword_detected':
        this.onHotword(message);
        break;
      case 'playback_complete':
        this.onPlaybackComplete(message);
        break;
      case 'session_end':
        this.onSessionEnd(message);
        break;
      default:
        message satisfies never;
    }
  }

  /** Takes what the microphone of the client heard. */
  onAudioReceived(pcm: Buffer): void {
    const { session } = this;
    if (session === undefined || !this.isAudioExpected()) {
      this.rejectAudio();
      return;
    }
    const { events, link } = this.options;
    const bytes = pcm.length;
    events.emit({ type: 'audio.received', connection: link.id, session: session.id, bytes });
    session.acks?.took(bytes);
    if (this.current === ConversationState.ACTIVE) session.engine.hear(pcm);
    else if (this.current === ConversationState.STARTING) this.keep(session, pcm);
    else this.drop(session, bytes, 'not_listening');
  }

  /**
   * Ends the session, if one is on, before it returns: timers, speech and the engine are let go,
   * and only the closing of the engine goes on behind the scenes. The client is told nothing.
   */
  enterPassiveMode(cause: string): void {
    const { session } = this;
    if (session === undefined) return;
    this.leave(session, cause);
    const { events, link } = this.options;
    events.emit({
      type: 'session.ended',
      session: session.id,
      reason: cause,
      device: link.device,
    });
  }

  private onHotword({ session: wanted, trigger = 'hotword' }: MessageOf<'hotword_detected'>): void {
    const { events, link } = this.options;
    const isBase = link.protocol !== TARS_V2;
    if (!isBase && wanted === undefined) {
      link.reject('bad_field');
      return;
    }
    if (this.session !== undefined && (isBase || wanted === this.session.id)) {
      link.reject('unexpected_message');
      return;
    }
    this.enterPassiveMode('superseded');
    this.sessions += 1;
    const session = isBase ? `${link.id}.${this.sessions}` : (wanted as string);
    events.emit({ type: 'session.requested', session, trigger, device: link.device });
    this.start(session);
  }

  private start(id: string): void {
    const { engines, link, times } = this.options;
    const engine: EngineLease | undefined = engines.lease(link.device, {
      onReady: () => this.ofCurrent(engine, (session) => this.onReady(session)),
      onSpeech: () => this.ofCurrent(engine, () => this.onSpeech()),
      onUtterance: (said) => this.ofCurrent(engine, (session) => this.onUtterance(session, said)),
      onTurn: (turn) => this.ofCurrent(engine, (session) => this.onTurn(session, turn)),
      onInterrupted: () => this.ofCurrent(engine, (session) => this.onInterrupted(session)),
      onFailed: () => this.ofCurrent(engine, (session) => this.onEngineFailed(session)),
    });
    if (engine === undefined) {
      this.sendRejected(id, 'engine_busy');
      return;
    }
    this.session = this.makeSession(id, engine);
    this.become(ConversationState.STARTING, 'hotword_detected');
    this.arm(times.startTimeoutMs, (session) => this.reject(session, 'engine_timeout'));
    engine.open();
  }

  private makeSession(id: string, engine: EngineLease): Session {
    const { clock, link, times } = this.options;
    const onDue = (bytes: number) => link.send({ type: 'audio_ack', session: id, bytes });
    const acks = new AudioAcks({ clock, intervalMs: times.audioAckMs, onDue });
    return {
      id,
      engine,
      acks: link.protocol === TARS_V2 ? acks : undefined,
      early: new EarlyAudio(),
      turns: 0,
      speaker: undefined,
    };
  }

  /** What an engine says counts only while its session is on. */
  private ofCurrent(engine: EngineLease | undefined, act: (session: Session) => void): void {
    if (this.session !== undefined && this.session.engine === engine) act(this.session);
  }

  private onReady(session: Session): void {
    const { events, link } = this.options;
    this.become(ConversationState.ACTIVE, 'engine_ready');
    const { device, id: connection } = link;
    events.emit({ type: 'session.started', session: session.id, connection, device });
    link.send({ type: 'session_started', session: session.id });
    for (const pcm of session.early.take()) {
      // With each piece the engine may have heard enough.
      if (this.session === session && this.current === ConversationState.ACTIVE)
        session.engine.hear(pcm);
      else this.drop(session, pcm.length, 'not_listening');
    }
  }

  private onSpeech(): void {
    if (this.current === ConversationState.ACTIVE) this.armIdle();
  }

  /** The words may come late, when the answer to them is on already. */
  private onUtterance(session: Session, transcript: string | undefined): void {
    if (this.options.endPhrases.endIn(transcript)) this.endSession(session, 'end_phrase');
    else if (this.current === ConversationState.ACTIVE) this.process('utterance');
  }

  private process(cause: string): void {
    this.become(ConversationState.PROCESSING, cause);
    const { processingTimeoutMs } = this.options.times;
    this.arm(processingTimeoutMs, (session) => this.endSession(session, 'no_answer'));
  }

  private onTurn(session: Session, { audio, transcript }: EngineTurn): void {
    if (session.speaker?.isSilenced === true) session.speaker.giveUp();
    if (session.speaker !== undefined) {
      this.dropTurn(session, audio);
    } else if (transcript !== undefined && transcript.trim() === '') {
      dropAudio(audio);
      this.listen('no_answer');
    } else {
      if (this.current === ConversationState.ACTIVE) this.process('turn');
      this.speak(session, audio);
    }
  }

  private onInterrupted({ speaker }: Session): void {
    if (speaker !== undefined) speaker.interrupt();
    else if (this.current === ConversationState.PROCESSING) this.listen('interrupted');
  }

  private dropTurn(session: Session, audio: AsyncIterable<Buffer>): void {
    const { events, link } = this.options;
    session.turns += 1;
    dropAudio(audio);
    events.emit({
      type: 'turn.ended',
      session: session.id,
      turn: session.turns,
      device: link.device,
      bytes: 0,
      error: 'dropped',
    });
  }

  private speak(session: Session, audio: AsyncIterable<Buffer>): void {
    const { clock, events, link, times } = this.options;
    session.turns += 1;
    session.speaker = new TurnSpeaker({
      session: session.id,
      turn: session.turns,
      audio,
      link,
      clock,
      events,
      graceMs: times.playbackGraceMs,
      maxLeadMs: times.maxPlaybackLeadMs,
      onAudible: () => this.onAudible(),
      onOver: (cause) => this.onSpoken(session, cause),
    });
    session.speaker.speak();
  }

  /** From here on the speaker keeps the deadline: it knows how much there is to be heard. */
  private onAudible(): void {
    this.become(ConversationState.SPEAKING, 'audio');
    this.disarm();
  }

  private onSpoken(session: Session, cause: string): void {
    session.speaker = undefined;
    // The last that was sent for the turn may have cost the connection, and so the session.
    if (this.session === session) this.listen(cause);
  }

  /** Back to the person, if it was not their turn already. */
  private listen(cause: string): void {
    if (this.current !== ConversationState.ACTIVE) this.become(ConversationState.ACTIVE, cause);
  }

  private onPlaybackComplete({ error, session: id, turn }: MessageOf<'playback_complete'>): void {
    const { session } = this;
    const speaker = this.isOf(session, id) ? session?.speaker : undefined;
    const isOurs = this.isBase() || turn === speaker?.turn;
    if (isOurs && speaker?.confirm(error) === true) return;
    this.options.link.reject('stale_message');
  }

  private onSessionEnd({ reason, session: id }: MessageOf<'session_end'>): void {
    if (this.isOf(this.session, id)) this.enterPassiveMode(asLabel(reason ?? 'client_ended'));
    else this.options.link.reject('stale_message');
  }

  private onEngineFailed(session: Session): void {
    if (this.current === ConversationState.STARTING) {
      this.reject(session, 'engine_failed');
      return;
    }
    session.speaker?.breakOff('engine_lost');
    this.endSession(session, 'engine_lost');
  }

  private reject(session: Session, reason: string): void {
    this.leave(session, reason);
    this.sendRejected(session.id, reason);
  }

  private sendRejected(session: string, reason: string): void {
    const { events, link } = this.options;
    events.emit({ type: 'session.rejected', session, reason, device: link.device });
    link.send({ type: 'session_rejected', session, reason });
  }

  private endSession(session: Session, reason: string): void {
    this.enterPassiveMode(reason);
    this.options.link.send({ type: 'session_end', session: session.id, reason });
  }

  private leave(session: Session, cause: string): void {
    this.session = undefined;
    this.disarm();
    session.acks?.stop();
    session.speaker?.cancel('cancelled');
    session.engine.release();
    this.become(ConversationState.PASSIVE, cause);
  }

  private isAudioExpected(): boolean {
    // A client of tars.v2 waits for session_started; a base peer has no such message to wait for.
    return this.current !== ConversationState.STARTING || this.isBase();
  }

  private rejectAudio(): void {
    const hadSession = this.sessions > (this.session === undefined ? 0 : 1);
    this.options.link.reject(hadSession ? 'stale_audio' : 'unexpected_audio');
  }

  private keep(session: Session, pcm: Buffer): void {
    const droppedBytes = session.early.keep(pcm);
    if (droppedBytes > 0) this.drop(session, droppedBytes, 'uplink_full');
  }

  private drop(session: Session, bytes: number, reason: 'not_listening' | 'uplink_full'): void {
    this.options.events.emit({ type: 'audio.dropped', session: session.id, bytes, reason });
  }

  private isBase(): boolean {
    return this.options.link.protocol !== TARS_V2;
  }

  private isOf(session: Session | undefined, id: string | undefined): boolean {
    return session !== undefined && (this.isBase() || id === session.id);
  }

  private become(to: ConversationState, cause: string): void {
    const from = this.current;
    assertTransition(from, to);
    this.current = to;
    const { events, link } = this.options;
    const { device } = link;
    events.emit({ type: 'state.changed', machine: 'conversation', from, to, cause, device });
    if (to === ConversationState.ACTIVE) this.armIdle();
  }

  private armIdle(): void {
    const { activeTimeoutMs } = this.options.times;
    this.arm(activeTimeoutMs, (session) => this.endSession(session, 'idle'));
  }

  private arm(delayMs: number, expire: (session: Session) => void): void {
    this.disarm();
    this.deadline = this.options.clock.setTimeout(() => {
      if (this.session !== undefined) expire(this.session);
    }, delayMs);
  }

  private disarm(): void {
    this.options.clock.clearTimeout(this.deadline);
    this.deadline = undefined;
  }
}
