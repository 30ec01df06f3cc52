import type {
  Clock,
  DeviceFailure,
  EventSink,
  Microphone,
  MicrophoneHandlers,
  MicrophoneStream,
} from '../../ports';
import type { DeviceHolder } from './device';
import { DeviceStream } from './device-stream';
import { OverrunReport } from './overrun-report';
import { RecorderProcess, type RecorderHandlers, type RecorderProgram } from './recorder-process';

export interface DeviceMicrophoneOptions {
  readonly clock: Clock;
  readonly events: EventSink;
  readonly program: RecorderProgram;
}

/** A microphone of the real world: a program that records, for as long as the stream is open. */
export class DeviceMicrophone implements Microphone, DeviceHolder {
  private readonly options: DeviceMicrophoneOptions;
  private readonly overruns: OverrunReport;
  private readonly recorders = new Set<RecorderProcess>();
  private current: DeviceStream | undefined;

  constructor(options: DeviceMicrophoneOptions) {
    this.options = options;
    this.overruns = new OverrunReport(options.events);
  }

  /** While another stream is open, this one fails as `device_busy`. */
  open(handlers: MicrophoneHandlers): MicrophoneStream {
    const { clock } = this.options;
    if (this.current !== undefined) return failingStream(clock, handlers);
    this.current = new DeviceStream({
      clock,
      handlers,
      overruns: this.overruns,
      // What is being let go of may be the very device that is needed.
      free: Promise.all([...this.recorders].map(({ over }) => over)),
      record: (recording) => this.record(recording),
      onClosed: () => (this.current = undefined),
    });
    return this.current;
  }

  /** Closes what is open without a word. May be called twice. */
  close(): void {
    this.current?.close();
  }

  openDevices(): number {
    return this.recorders.size;
  }

  private record(handlers: RecorderHandlers): RecorderProcess {
    const { clock, program } = this.options;
    const recorder = new RecorderProcess(program, clock, handlers);
    this.recorders.add(recorder);
    void recorder.over.then(() => this.recorders.delete(recorder));
    return recorder;
  }
}

/** Fails a moment later, so that its owner has the stream in hand when it is told. */
function failingStream(clock: Clock, { onFailed }: MicrophoneHandlers): MicrophoneStream {
  const failure: DeviceFailure = 'device_busy';
  const timer = clock.setTimeout(() => onFailed(failure), 0);
  return { listenFor: () => undefined, close: () => clock.clearTimeout(timer) };
}
