import type { EventOf, RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, SafetyInvariant, reading } from './invariant';

/** Answers that were sent and are not heard yet; so many are remembered. */
const REMEMBERED = 64;

interface State {
  /** Of a server: the turn that each device has, and what of its audio was sent. */
  readonly turnOf: Map<string, { readonly turn: number; sentBytes: number }>;
  readonly deviceOf: Map<string, string>;
  /** Devices whose protocol has no turns. */
  readonly turnless: Set<string>;
  /** The last word of each device that it has heard a turn. */
  readonly saidOf: Map<string, EventOf<'control.received'>>;
}

/** S18: both ends mean the same turn by its number, and by its end all that was sent of it. */
export class TurnsInvariant extends SafetyInvariant {
  readonly id = 'S18';
  readonly claim =
    'A turn is completed by the word of that very turn, and one heard to its end is all of it.';
  readonly meaning = 'An answer is cut short, or the assistant listens while it still sounds.';
  readonly reads = reading(
    'audio.sent',
    'control.received',
    'control.sent',
    'link.accepted',
    'link.closed',
    'playback.ended',
    'state.changed',
    'turn.started',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    turnOf: new Map(),
    deviceOf: new Map(),
    turnless: new Set(),
    saidOf: new Map(),
  }));
  /** By session and turn: how many bytes the server had sent when it sent the end of it. */
  private readonly sent = new Map<string, number>();

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'link.accepted':
        this.accepted(event, state);
        return NONE;
      case 'link.closed':
        state.deviceOf.delete(event.connection);
        return NONE;
      case 'turn.started':
        state.turnOf.set(event.device, { turn: event.turn, sentBytes: 0 });
        return NONE;
      case 'audio.sent':
        this.audioSent(event, state);
        return NONE;
      case 'control.sent':
        if (event.message === 'tts_stream_end') this.endSent(event, state);
        return NONE;
      case 'control.received':
        if (event.message === 'playback_complete') this.said(event, state);
        return NONE;
      case 'state.changed':
        return event.cause === 'playback_complete' ? this.completed(event, state) : NONE;
      case 'playback.ended':
        return this.heard(event);
      default:
        return NONE;
    }
  }

  private accepted({ connection, device, protocol }: EventOf<'link.accepted'>, state: State): void {
    state.deviceOf.set(connection, device);
    if (protocol === 'base') state.turnless.add(device);
    else state.turnless.delete(device);
  }

  private audioSent({ bytes, connection }: EventOf<'audio.sent'>, state: State): void {
    const turn = state.turnOf.get(state.deviceOf.get(connection) ?? '');
    if (turn !== undefined) turn.sentBytes += bytes;
  }

  private endSent({ connection, session, turn }: EventOf<'control.sent'>, state: State): void {
    const current = state.turnOf.get(state.deviceOf.get(connection) ?? '');
    if (current === undefined || current.turn !== turn) return;
    this.sent.set(`${session}/${turn}`, current.sentBytes);
    const [oldest] = this.sent.keys();
    if (this.sent.size > REMEMBERED && oldest !== undefined) this.sent.delete(oldest);
  }

  private said(event: EventOf<'control.received'>, state: State): void {
    state.saidOf.set(state.deviceOf.get(event.connection) ?? '', event);
  }

  private completed(event: EventOf<'state.changed'>, state: State): readonly Breach[] {
    const { atMs, device = '', host, step } = event;
    const turn = state.turnOf.get(device)?.turn;
    const said = state.saidOf.get(device);
    if (turn === undefined || state.turnless.has(device)) return NONE;
    this.judged = true;
    if (said?.turn === turn && said.step === step) return NONE;
    const expected = `turn ${turn} completed by the word of it`;
    return [{ host, atMs, expected, seen: `by that of turn ${said?.turn ?? 'none'}` }];
  }

  /** What strangers speak is not known. */
  private heard({ atMs, host, ...ended }: EventOf<'playback.ended'>): readonly Breach[] {
    const sentBytes = this.sent.get(`${ended.session}/${ended.turn}`);
    if (ended.how !== 'finished' || sentBytes === undefined) return NONE;
    this.judged = true;
    if (ended.receivedBytes === sentBytes) return NONE;
    const expected = `all of the ${sentBytes} bytes of turn ${ended.turn}`;
    return [{ host, atMs, expected, seen: `${ended.receivedBytes} bytes, heard to the end` }];
  }
}
