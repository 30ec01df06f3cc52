import type {
  Clock,
  DeviceFailure,
  EventSink,
  Playback,
  Speaker,
  SpeakerHandlers,
} from '../../ports';
import type { DeviceHolder } from './device';
import { DevicePlayback } from './device-playback';
import type { OpenOutput, PcmOutput, PlaybackOutputHandlers } from './pcm-output';

/** A device that failed is left alone for so long, doubling with each failure in a row ... */
const FIRST_WAIT_MS = 1_000;
/** ... up to so long. */
const LONGEST_WAIT_MS = 8_000;

export interface DeviceSpeakerOptions {
  readonly clock: Clock;
  readonly events: EventSink;
  readonly open: OpenOutput;
}

/**
 * A speaker of the real world. Each playback opens the device and lets go of it, so that nothing is
 * held while nothing sounds.
 *
 * After a failure the device is left alone for a while, and what is to be played meanwhile fails as
 * the device did.
 */
export class DeviceSpeaker implements Speaker, DeviceHolder {
  private readonly options: DeviceSpeakerOptions;
  private readonly outputs = new Set<PcmOutput>();
  private current: DevicePlayback | undefined;
  private isClosed = false;
  private failures = 0;
  private lastFailure: DeviceFailure = 'device_error';
  private openAgainMs = -Infinity;

  constructor(options: DeviceSpeakerOptions) {
    this.options = options;
  }

  /** @throws {Error} where a playback is on, or after `close()`: mistakes of the owner. */
  play(handlers: SpeakerHandlers): Playback {
    if (this.isClosed) throw new Error('The speaker is closed.');
    if (this.current !== undefined) throw new Error('The speaker plays one sound at a time.');
    const { clock } = this.options;
    const refusal = clock.now() < this.openAgainMs ? this.lastFailure : undefined;
    const playback = new DevicePlayback({
      clock,
      handlers,
      refusal,
      connect: (output) => this.connect(output),
      onOver: (how) => {
        this.current = undefined;
        if (refusal === undefined) this.note(how, playback.hasSounded);
      },
    });
    this.current = playback;
    return playback;
  }

  close(): void {
    this.isClosed = true;
    this.current?.stop();
  }

  openDevices(): number {
    return this.outputs.size;
  }

  /** What is being let go of may be the very device that is needed. */
  private connect(handlers: PlaybackOutputHandlers): PcmOutput | undefined {
    if (this.outputs.size > 0) return undefined;
    const onReleased = (): void => {
      this.outputs.delete(output);
      this.current?.proceed();
    };
    const output = this.options.open({ ...handlers, onReleased });
    this.outputs.add(output);
    return output;
  }

  private note(how: 'finished' | 'stopped' | DeviceFailure, hasSounded: boolean): void {
    if (how !== 'finished' && how !== 'stopped') this.noteFailure(how);
    else if (hasSounded) this.failures = 0;
  }

  private noteFailure(failure: DeviceFailure): void {
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** this.failures, LONGEST_WAIT_MS);
    this.failures += 1;
    this.lastFailure = failure;
    this.openAgainMs = this.options.clock.now() + waitMs;
    this.options.events.emit({ type: 'speaker.failed', failure });
  }
}
