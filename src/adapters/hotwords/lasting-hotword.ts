import assert from 'node:assert';

import type { Clock, DeviceFailure, EventSink, HotwordDetector, TimerHandle } from '../../ports';
import type { DeviceHolder } from '../sound/device';
import type { EnginePorts, HotwordEngine } from './hotword-engine';
import type { HotwordAdapter } from './hotword-spec';

/** One spoken hotword is one detection, however often the engine finds it in this time. */
const COOL_DOWN_MS = 1_500;
const FIRST_RETRY_MS = 1_000;
const RETRY_CAP_MS = 60_000;

/** Why an engine cannot be had; its message is for a person. */
export type HotwordRefusal = Error & { readonly code: string };

/** A hotword detector, and what stands behind it. */
export interface HotwordDevice extends HotwordDetector, DeviceHolder {
  /** `keyboard`: nobody listens, it never fires, and the person presses a key instead. */
  readonly adapter: HotwordAdapter;
  /** What is to be said: a keyword, or the name of its file. */
  readonly keyword?: string;
  /** Why those engines that `auto` would rather have had cannot be had. */
  readonly refusals: readonly HotwordRefusal[];
}

export interface LastingHotwordOptions {
  readonly adapter: HotwordAdapter;
  readonly keyword: string;
  readonly why: 'asked_for' | 'first_that_works';
  /** Default none. */
  readonly refusals?: readonly HotwordRefusal[];
  /** Opens the engine, now and whenever it has died. */
  readonly open: (ports: EnginePorts) => Promise<HotwordEngine>;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Default 1,500 ms. */
  readonly coolDownMs?: number;
}

/**
 * One detection for each spoken hotword, by an engine that is opened again when it dies, for as
 * long as the program runs; in between nothing is found.
 *
 * Each death is an event `hotword.failed`, each return a `device.chosen`, as the first opening is.
 */
export class LastingHotword implements HotwordDevice {
  readonly adapter: HotwordAdapter;
  readonly keyword: string;
  readonly refusals: readonly HotwordRefusal[];
  private readonly options: LastingHotwordOptions;
  private engine: HotwordEngine | undefined;
  private samples = 0;
  private isClosed = false;
  private deafUntilMs = -Infinity;
  private openedMs = 0;
  private failures = 0;
  private retryTimer: TimerHandle | undefined;

  private constructor(options: LastingHotwordOptions) {
    this.options = options;
    this.adapter = options.adapter;
    this.keyword = options.keyword;
    this.refusals = options.refusals ?? [];
  }

  /** Rejects with what the engine has against it. */
  static async open(options: LastingHotwordOptions): Promise<LastingHotword> {
    const hotword = new LastingHotword(options);
    await hotword.openEngine();
    return hotword;
  }

  get frameSamples(): number {
    return this.samples;
  }

  process(frame: Int16Array): boolean {
    assert(frame.length === this.samples, `a frame of ${frame.length} samples`);
    const { engine, options } = this;
    if (engine === undefined || !this.attempt(() => engine.process(frame))) return false;
    const nowMs = options.clock.now();
    if (nowMs < this.deafUntilMs) return false;
    this.deafUntilMs = nowMs + (options.coolDownMs ?? COOL_DOWN_MS);
    return true;
  }

  /** Does not end the cool-down: the hotword that was just found is still being said. */
  reset(): void {
    const { engine } = this;
    if (engine !== undefined) this.attempt(() => engine.reset());
  }

  close(): void {
    this.isClosed = true;
    this.options.clock.clearTimeout(this.retryTimer);
    this.engine?.close();
  }

  openDevices(): number {
    return this.engine?.openDevices() ?? 0;
  }

  /** What the engine says, if it is well. */
  private attempt<Result>(action: () => Result): Result | undefined {
    if (this.isClosed) return undefined;
    try {
      return action();
    } catch {
      this.failed('device_error'); // The text may quote a key, and the label is what is reported.
      return undefined;
    }
  }

  private async openEngine(): Promise<void> {
    const { adapter, clock, events, open, why } = this.options;
    const onFailed = (failure: DeviceFailure): void => this.failed(failure);
    const engine = await open({ clock, events, onFailed });
    if (this.isClosed) return engine.close();
    this.engine = engine;
    this.samples = engine.frameSamples;
    this.openedMs = clock.now();
    events.emit({ type: 'device.chosen', device: 'hotword', adapter, why });
  }

  private failed(failure: DeviceFailure): void {
    if (this.isClosed) return;
    const { clock, events } = this.options;
    events.emit({ type: 'hotword.failed', failure });
    this.engine?.close();
    const wasWell = this.engine !== undefined && clock.now() - this.openedMs > RETRY_CAP_MS;
    this.engine = undefined;
    if (wasWell) this.failures = 0;
    const delayMs = Math.min(FIRST_RETRY_MS * 2 ** this.failures, RETRY_CAP_MS);
    this.failures += 1;
    this.retryTimer = clock.setTimeout(() => void this.retry(), delayMs);
  }

  private async retry(): Promise<void> {
    try {
      await this.openEngine();
    } catch {
      this.failed('device_missing'); // The first opening has told what an engine may lack.
    }
  }
}
