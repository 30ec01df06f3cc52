import { asLabel } from '../peer-words';
import type {
  Clock,
  ConversationEngine,
  EngineHandlers,
  EngineSession,
  EngineTurn,
  EventSink,
  TimerHandle,
} from '../ports';

/** Told to the holder of an {@link EngineLease}, until it lets go. */
export interface LeaseHandlers {
  readonly onReady: () => void;
  readonly onSpeech: () => void;
  readonly onUtterance: (transcript: string | undefined) => void;
  readonly onTurn: (turn: EngineTurn) => void;
  readonly onInterrupted: () => void;
  /** The engine did not open, or is gone. Called once. */
  readonly onFailed: () => void;
}

export interface EngineLeaseOptions {
  /** The lease's name in events. */
  readonly id: string;
  readonly device: string;
  readonly engine: ConversationEngine;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly closeTimeoutMs: number;
  readonly handlers: LeaseHandlers;
  /** Something of the engine is waited for: that it opens, that it is used, or that it closes. */
  readonly onBusy: (lease: EngineLease) => void;
  /** Nothing of the engine is waited for any more. */
  readonly onSettled: (lease: EngineLease) => void;
}

/**
 * One session of the engine, on loan to one session of a device.
 *
 *   open() ... opened ... release() ... closed     as it should be
 *   open() ... release() ... opened, closed        too late: it is closed as it opens
 *   open() ... release() ..................        it never opens: given up
 *
 * The engine is foreign code. It may throw anywhere, answer late or never, and call when nobody
 * asked: all of this ends here.
 */
export class EngineLease {
  readonly id: string;
  readonly device: string;
  private readonly options: EngineLeaseOptions;
  private session: EngineSession | undefined;
  private isOpening = false;
  private isReleased = false;
  private isAbandoned = false;
  private hasFailed = false;
  private isClosing = false;
  private timer: TimerHandle | undefined;

  constructor(options: EngineLeaseOptions) {
    this.id = options.id;
    this.device = options.device;
    this.options = options;
  }

  open(): void {
    const { device, events } = this.options;
    this.isOpening = true;
    this.options.onBusy(this);
    events.emit({ type: 'engine.opening', engine: this.id, device });
    void this.awaitSession();
  }

  hear(pcm: Buffer): void {
    const { session } = this;
    if (session === undefined || this.isReleased) return;
    this.options.events.emit({ type: 'engine.heard', engine: this.id, bytes: pcm.length });
    const failed = (): void => this.fail('hear_failed');
    try {
      const result: unknown = session.hear(pcm);
      // It should be nothing. Of foreign code it may be a promise, and that may fail later.
      if (result !== undefined) void attempt(() => result, failed);
    } catch {
      failed();
    }
  }

  /** Lets go at once; closing goes on behind the scenes, for a while. May be called twice. */
  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    if (this.session !== undefined) void this.close(this.session);
    else if (this.isOpening) this.armTimer(() => this.settle());
    else this.settle();
  }

  /** Waits no longer for what was released. */
  abandon(): void {
    this.isAbandoned = true;
    if (this.isClosing) this.closed(true);
    else this.settle();
  }

  private async awaitSession(): Promise<void> {
    const session = await this.openSession();
    this.isOpening = false;
    if (session !== undefined) this.opened(session);
    else if (this.isReleased) this.settle();
    else this.fail('open_failed');
  }

  private async openSession(): Promise<EngineSession | undefined> {
    try {
      return await this.options.engine.open(this.engineHandlers());
    } catch {
      return undefined;
    }
  }

  /** An engine that has not opened has nothing to say but that it failed; one let go, nothing. */
  private engineHandlers(): EngineHandlers {
    const { handlers } = this.options;
    const isHeard = () => this.session !== undefined && !this.isReleased;
    return {
      onSpeech: () => {
        if (!isHeard()) return;
        this.options.events.emit({ type: 'engine.speech', engine: this.id });
        handlers.onSpeech();
      },
      onUtterance: (transcript) => {
        if (isHeard()) handlers.onUtterance(transcript);
      },
      onTurn: (turn) => {
        if (isHeard()) handlers.onTurn(turn);
      },
      onInterrupted: () => {
        if (isHeard()) handlers.onInterrupted();
      },
      onFailed: (label) => this.fail(asLabel(label)),
    };
  }

  private opened(session: EngineSession): void {
    const { device, events, handlers } = this.options;
    this.session = session;
    events.emit({ type: 'engine.opened', engine: this.id, device });
    if (this.isReleased) void this.close(session);
    else handlers.onReady();
  }

  private fail(label: string): void {
    if (this.isReleased || this.hasFailed) return;
    this.hasFailed = true;
    this.report(label);
    this.options.handlers.onFailed();
  }

  private report(label: string): void {
    this.options.events.emit({ type: 'engine.failed', engine: this.id, label });
  }

  private async close(session: EngineSession): Promise<void> {
    this.isClosing = true;
    if (!this.isAbandoned) {
      this.options.onBusy(this);
      this.armTimer(() => this.closed(true));
    }
    await attempt(
      () => session.close(),
      () => this.report('close_failed'),
    );
    this.closed(false);
  }

  private closed(timedOut: boolean): void {
    if (!this.isClosing) return;
    this.isClosing = false;
    this.options.events.emit({ type: 'engine.closed', engine: this.id, timedOut });
    this.settle();
  }

  private settle(): void {
    this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.options.onSettled(this);
  }

  private armTimer(callback: () => void): void {
    const { clock, closeTimeoutMs } = this.options;
    clock.clearTimeout(this.timer);
    this.timer = clock.setTimeout(callback, closeTimeoutMs);
  }
}

/** Calls the engine; what it throws, now or later, goes to `onError`. */
async function attempt(call: () => unknown, onError: () => void): Promise<void> {
  try {
    await call();
  } catch {
    onError();
  }
}
