/**
 * The ports: everything that client and server touch outside themselves.
 *
 *   Clock, WallClock, Random     time and chance
 *   Lag                          how long the event loop stood still
 *   Sockets, Listener            byte streams below the WebSocket library
 *   Microphone, Speaker          16 kHz mono PCM in and out
 *   HotwordDetector, Button      how a person asks for attention
 *   ConversationEngine           what the server talks with
 *   Authenticator                whom the server lets in
 *   EventSink                    where both report what happened
 *
 * Production adapters live in `src/adapters`, simulated ones in `src/sim`. Types only: no code.
 */
import type { Duplex } from 'node:stream';

import type { LinkEvent } from './events';

/** A timer that was set on a {@link Clock}; opaque to its owner. */
export type TimerHandle = object;

/** Monotonic time. Its zero means nothing, and it never runs backwards. */
export interface Clock {
  /** Milliseconds since an arbitrary instant; may have a fraction. */
  now(): number;
  /**
   * Calls back once, never early. As in Node the shortest delay is 1 ms, the longest 2^31 - 1 ms.
   */
  setTimeout(callback: () => void, delayMs: number): TimerHandle;
  /** Clearing a timer that fired, was cleared or is undefined does nothing. */
  clearTimeout(timer: TimerHandle | undefined): void;
}

/**
 * The time of day, for stamps on what is logged. It may jump by years; nothing is decided by it.
 */
export interface WallClock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  wallTime(): number;
}

/** What a program can know of its own standstills. */
export interface Lag {
  /**
   * The longest that the event loop was held up since an instant of the {@link Clock}, in
   * milliseconds; 0 where it was not.
   */
  since(sinceMs: number): number;
}

/** The only source of chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Where to dial. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

export interface ConnectOptions extends SocketAddress {
  /** Whether the stream is TLS; the adapter verifies the certificate against `host`. */
  readonly tls: boolean;
}

/** A byte stream that behaves as a `net.Socket`. */
export type SocketStream = Duplex & {
  /** Closes by RST instead of FIN. While the stream is connecting it waits for `connect`. */
  resetAndDestroy(): unknown;
};

/** A stream that a listener accepted. */
export interface AcceptedSocket {
  readonly stream: SocketStream;
  /** The peer's address as text: who waits to be let in is counted by it. */
  readonly remoteAddress: string;
}

export interface Listener extends SocketAddress {
  /** Stops accepting; streams that were accepted live on. May be called twice. */
  close(): Promise<void>;
}

/** TCP and TLS, or a simulation of them. */
export interface Sockets {
  /**
   * Dials at once. The stream behaves as a `net.Socket`: it emits `connect`, or `error` with Node's
   * `code` (`ENOTFOUND`, `ECONNREFUSED`, `EHOSTUNREACH`, ...) and then `close`.
   */
  connect(options: ConnectOptions): SocketStream;
  /** Resolves once the port is bound; rejects with Node's error (`EADDRINUSE`, `EACCES`, ...). */
  listen(address: SocketAddress, onSocket: (socket: AcceptedSocket) => void): Promise<Listener>;
  /** Fills in the four bytes that mask a frame. Absent: the WebSocket library draws them itself. */
  readonly generateMask?: (mask: Buffer) => void;
}

/** Why an audio device stopped working. */
export type DeviceFailure = 'device_missing' | 'device_busy' | 'device_lost' | 'device_error';

/**
 * What the microphone is listened to for. With `nothing` no sound is delivered: the ear is closed.
 * A simulated microphone skips the silence that only a hotword detector would hear.
 */
export type Listening = 'hotword' | 'session' | 'nothing';

export interface MicrophoneHandlers {
  /** 16 kHz mono s16le PCM, in pieces of any whole number of samples, as it is heard. */
  readonly onAudio: (pcm: Buffer) => void;
  /** The device is gone and this stream is closed. */
  readonly onFailed: (failure: DeviceFailure) => void;
}

export interface Microphone {
  /**
   * Opens the device; it starts with the ear closed. A failure to open comes through `onFailed`. No
   * handler is called before this returns.
   */
  open(handlers: MicrophoneHandlers): MicrophoneStream;
}

export interface MicrophoneStream {
  listenFor(purpose: Listening): void;
  /** Releases the device; nothing is called afterwards. May be called twice. */
  close(): void;
}

export interface SpeakerHandlers {
  /** All that was written before `end()` has been heard. */
  readonly onFinished: () => void;
  /** The device failed; what was left is lost, and the playback is over. */
  readonly onFailed: (failure: DeviceFailure) => void;
}

export interface Speaker {
  /** Begins one piece of playback, one at a time. No handler is called before this returns. */
  play(handlers: SpeakerHandlers): Playback;
  /** Releases the device; a playback that goes on is stopped. May be called twice. */
  close(): void;
}

export interface Playback {
  /** Queues 16 kHz mono s16le PCM; never blocks. */
  write(pcm: Buffer): void;
  /** Bytes that were written and not yet heard; after a failure, those that never will be. */
  bufferedBytes(): number;
  /** No more will be written. */
  end(): void;
  /** Silence at once: what was not heard is discarded, and no handler is called any more. */
  stop(): void;
}

/** Finds the hotword in a stream of frames. */
export interface HotwordDetector {
  /** Samples in each frame given to `process`. */
  readonly frameSamples: number;
  /** Whether the hotword ended in this frame. */
  process(frame: Int16Array): boolean;
  /** Forgets what was heard so far. */
  reset(): void;
  close(): void;
}

export interface Button {
  /** Calls back on each press, until the returned function is called. */
  onPress(callback: () => void): () => void;
}

/** Reports facts; never throws, never waits. */
export interface EventSink {
  emit(event: LinkEvent): void;
}

/** Knows which token opens which device. */
export interface Authenticator {
  /**
   * Whether this is the token of this device; `token` is undefined where none was shown. Answers at
   * once and never throws: who cannot be checked is not let in.
   */
  verify(device: string, token: string | undefined): boolean;
}

/** What the server converses with: an assistant, or a parrot. */
export interface ConversationEngine {
  /**
   * Starts one conversation. May be slow, and may reject; the caller gives up after a while, and
   * closes what comes too late.
   */
  open(handlers: EngineHandlers): Promise<EngineSession>;
}

export interface EngineHandlers {
  /** The person is speaking: the conversation is alive. */
  readonly onSpeech: () => void;
  /**
   * The person has finished an utterance, and the engine is working on an answer. May be said again
   * before the answer is over, with the transcript, by an engine that learns of it late.
   */
  readonly onUtterance: (transcript?: string) => void;
  /** The engine answers. An answer without words or without sound is none. */
  readonly onTurn: (turn: EngineTurn) => void;
  /**
   * The person went on speaking: the answer, if one is on or awaited, is not to be heard any
   * further. Its `audio` is not pulled any more.
   */
  readonly onInterrupted: () => void;
  /** The engine is gone, with a short label for the log. Nothing comes after this. */
  readonly onFailed: (label: string) => void;
}

export interface EngineSession {
  /** Takes 16 kHz mono s16le PCM as the person speaks. */
  hear(pcm: Buffer): void;
  /** Ends the conversation and frees what it holds. May be called twice. */
  close(): Promise<void>;
}

/** One answer of the engine. */
export interface EngineTurn {
  /** What is said, where the engine knows. White space alone means that nothing is. */
  readonly transcript?: string;
  /** 16 kHz mono s16le PCM, pulled as fast as the link takes it. It may throw: speech broke off. */
  readonly audio: AsyncIterable<Buffer>;
}
