import type { EventType, LinkEvent } from '../events';
import type { TimerHandle } from '../ports';
import type { LogDigestOptions } from './log-digest';
import { Recurrence } from './recurrence';

/** Longer than the longest wait between two attempts to open one. */
const WORKS_AFTER_MS = 20_000;

type MicrophoneEvent = Extract<
  LinkEvent,
  { readonly type: Extract<EventType, `microphone.${'opened' | 'failed' | 'closed'}`> }
>;

/** Tells of a microphone that is opened again and again, and fails each time. */
export class MicrophoneDigest {
  private readonly options: LogDigestOptions;
  private failures: Recurrence | undefined;
  private timer: TimerHandle | undefined;

  constructor(options: LogDigestOptions) {
    this.options = options;
  }

  emit(event: MicrophoneEvent): void {
    const { clock, log } = this.options;
    clock.clearTimeout(this.timer);
    if (event.type === 'microphone.failed') this.failed(event);
    else log(event);
    if (event.type !== 'microphone.opened' || this.failures === undefined) return;
    this.timer = clock.setTimeout(() => this.recovered(), WORKS_AFTER_MS);
  }

  private failed(event: MicrophoneEvent): void {
    const { clock, log } = this.options;
    const nowMs = clock.now();
    this.failures ??= new Recurrence(nowMs);
    if (!this.failures.next(nowMs)) return;
    const { isNew, sinceMs, times } = this.failures;
    log(isNew ? event : { ...event, times, forMs: nowMs - sinceMs });
  }

  /** It was opened, and has not failed for a while. */
  private recovered(): void {
    if (this.failures === undefined) return;
    const { sinceMs, times: failures } = this.failures;
    this.failures = undefined;
    const downMs = this.options.clock.now() - sinceMs - WORKS_AFTER_MS;
    this.options.log({ type: 'microphone.recovered', downMs, failures });
  }
}
