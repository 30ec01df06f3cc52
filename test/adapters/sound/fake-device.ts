import { DeviceSpeaker } from '../../../src/adapters/sound/device-speaker';
import type { OpenOutput, PcmOutput } from '../../../src/adapters/sound/pcm-output';
import { ClockSpeaker } from '../../../src/audio/clock-speaker';
import type { LinkEvent } from '../../../src/events';
import type { Clock, DeviceFailure } from '../../../src/ports';
import { fakeTime } from '../../fake-time';

/** A device of the clock's, and what can be wrong with it. */
export class FakeDevice {
  readonly heard: Buffer[] = [];
  opens = 0;
  /** Most that it had at a time and had not played. */
  mostAheadBytes = 0;
  openFailure: DeviceFailure | undefined;
  opensAfterMs = 10;
  releasesAfterMs = 10;
  isTaking = true;
  fail: (failure: DeviceFailure) => void = () => undefined;
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  readonly open: OpenOutput = (handlers): PcmOutput => {
    this.opens += 1;
    const speaker = new ClockSpeaker({
      clock: this.clock,
      onHeard: (pcm) => this.heard.push(pcm),
    });
    const onFinished = (): void => over(handlers.onDrained);
    const playback = speaker.play({ onFinished, onFailed: () => undefined });
    let isOver = false;
    const over = (tell: () => void): void => {
      if (isOver) return;
      isOver = true;
      playback.stop();
      this.clock.setTimeout(handlers.onReleased, this.releasesAfterMs);
      tell();
    };
    this.fail = (failure) => over(() => handlers.onFailed(failure));
    this.clock.setTimeout(() => {
      if (this.openFailure !== undefined) this.fail(this.openFailure);
      else if (!isOver) handlers.onOpened();
    }, this.opensAfterMs);
    return {
      abort: () => over(() => undefined),
      end: () => playback.end(),
      write: (pcm) => {
        if (!this.isTaking) return;
        playback.write(pcm);
        this.mostAheadBytes = Math.max(this.mostAheadBytes, playback.bufferedBytes());
        this.clock.setTimeout(() => handlers.onTaken(pcm.length), 1);
      },
    };
  };
}

/** A speaker on such a device, and a log of how each sound ended on it, and when. */
export function fakeSpeaker() {
  const { time, clock } = fakeTime();
  const device = new FakeDevice(clock);
  const events: LinkEvent[] = [];
  const speaker = new DeviceSpeaker({
    clock,
    events: { emit: (event) => events.push(event) },
    open: device.open,
  });
  const log: string[] = [];
  const note = (what: string) => void log.push(`${time.now} ${what}`);
  const play = () => speaker.play({ onFinished: () => note('finished'), onFailed: note });
  return { time, clock, device, events, speaker, log, play };
}
