import { soundMs } from '../../constants';
import type {
  Clock,
  DeviceFailure,
  Listening,
  MicrophoneHandlers,
  MicrophoneStream,
  TimerHandle,
} from '../../ports';
import { EchoGuard } from './echo-guard';
import type { OverrunReport } from './overrun-report';
import type { RecorderHandlers, RecorderProcess } from './recorder-process';

/**
 * How often the device is watched. Its limits are counted in ticks, because after a stall of the
 * whole process time alone would accuse it.
 */
const TICK_MS = 1_000;
/** How long it may take to deliver the first sound: on the smallest Pi, seconds ... */
const START_TICKS = 20;
/** ... and how long it may be silent afterwards: a microphone delivers silence as sound. */
const SILENT_TICKS = 5;
/** Sound that comes faster than this for so long was recorded at another rate than it should. */
const FAST_TICKS = 5;
const FAST_PACE = 1.5;

export interface DeviceStreamOptions {
  readonly clock: Clock;
  readonly handlers: MicrophoneHandlers;
  readonly overruns: OverrunReport;
  /** Resolves once the device is not held by an earlier stream. */
  readonly free: Promise<unknown>;
  readonly record: (handlers: RecorderHandlers) => Pick<RecorderProcess, 'stop'>;
  /** Called once, before the owner is told of a failure. */
  readonly onClosed: () => void;
}

/** An open stream of a {@link DeviceMicrophone}. */
export class DeviceStream implements MicrophoneStream {
  private readonly options: DeviceStreamOptions;
  private readonly guard: EchoGuard;
  private recorder: Pick<RecorderProcess, 'stop'> | undefined;
  private timer: TimerHandle | undefined;
  private tickedMs: number;
  private tickBytes = 0;
  private idleTicks = 0;
  private fastTicks = 0;
  private hasRecorded = false;
  private isClosed = false;

  constructor(options: DeviceStreamOptions) {
    this.options = options;
    this.tickedMs = options.clock.now();
    this.guard = new EchoGuard(this.tickedMs);
    void options.free.then(() => this.start());
    this.arm();
  }

  listenFor(purpose: Listening): void {
    this.guard.listenFor(purpose, this.options.clock.now());
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.options.clock.clearTimeout(this.timer);
    this.reportOverruns();
    this.recorder?.stop();
    this.options.onClosed();
  }

  private start(): void {
    if (this.isClosed) return;
    this.recorder = this.options.record({
      onBytes: (bytes) => this.recorded(bytes),
      onFailed: (failure) => this.fail(failure),
    });
  }

  private recorded(bytes: Buffer): void {
    this.hasRecorded = true;
    this.tickBytes += bytes.length;
    const pcm = this.guard.admit(bytes, this.options.clock.now());
    if (pcm.length > 0) this.options.handlers.onAudio(pcm);
  }

  private fail(failure: DeviceFailure): void {
    if (this.isClosed) return;
    this.close();
    this.options.handlers.onFailed(failure);
  }

  private arm(): void {
    this.timer = this.options.clock.setTimeout(() => this.tick(), TICK_MS);
  }

  private tick(): void {
    this.arm();
    this.reportOverruns();
    const nowMs = this.options.clock.now();
    const pace = soundMs(this.tickBytes) / (nowMs - this.tickedMs);
    this.idleTicks = this.tickBytes === 0 ? this.idleTicks + 1 : 0;
    this.fastTicks = pace > FAST_PACE ? this.fastTicks + 1 : 0;
    this.tickedMs = nowMs;
    this.tickBytes = 0;
    if (this.fastTicks >= FAST_TICKS) this.fail('device_error');
    else if (this.idleTicks >= this.silentLimitTicks()) this.fail(this.failureOfSilence());
  }

  private silentLimitTicks(): number {
    return this.hasRecorded ? SILENT_TICKS : START_TICKS;
  }

  private failureOfSilence(): DeviceFailure {
    if (this.recorder === undefined) return 'device_busy';
    return this.hasRecorded ? 'device_lost' : 'device_error';
  }

  private reportOverruns(): void {
    const { clock, overruns } = this.options;
    overruns.update(this.guard.takeLostMs(), clock.now());
  }
}
