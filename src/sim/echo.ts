import type { Room } from '../audio/room';
import { soundMs } from '../constants';
import type { Clock, Microphone, Speaker } from '../ports';

export interface EchoOptions {
  readonly room: Room;
  readonly clock: Pick<Clock, 'now'>;
  /** The microphone delivered so much of what the speaker had played. */
  readonly onHeard: (bytes: number) => void;
}

/**
 * What the speaker plays sounds in the room, and so at the microphone: whoever listens to that one
 * hears the Pi talk, and can be told so.
 */
export class Echo {
  private readonly options: EchoOptions;
  private fromMs = 0;
  private untilMs = 0;

  constructor(options: EchoOptions) {
    this.options = options;
  }

  /** A speaker whose sound goes through the room, and is hushed there when it is stopped. */
  ofSpeaker(speaker: Speaker): Speaker {
    return {
      close: () => speaker.close(),
      play: (handlers) => {
        const playback = speaker.play(handlers);
        return {
          bufferedBytes: () => playback.bufferedBytes(),
          end: () => playback.end(),
          stop: () => {
            this.hush();
            playback.stop();
          },
          write: (pcm) => {
            this.sound(pcm);
            playback.write(pcm);
          },
        };
      },
    };
  }

  /** A microphone that tells when it delivers what the speaker played. */
  atMicrophone(microphone: Microphone): Microphone {
    return {
      open: (handlers) =>
        microphone.open({
          ...handlers,
          onAudio: (pcm) => {
            if (this.isIn(pcm)) this.options.onHeard(pcm.length);
            handlers.onAudio(pcm);
          },
        }),
    };
  }

  private sound(pcm: Buffer): void {
    const { clock, room } = this.options;
    const nowMs = clock.now();
    if (this.untilMs < nowMs) this.fromMs = Math.max(nowMs, room.soundingUntilMs);
    room.say(pcm);
    this.untilMs = room.soundingUntilMs;
  }

  private hush(): void {
    const { clock, room } = this.options;
    room.close();
    this.untilMs = Math.min(this.untilMs, clock.now());
  }

  /** Whether the speaker sounded while this was recorded, just now. */
  private isIn(pcm: Buffer): boolean {
    const nowMs = this.options.clock.now();
    return nowMs > this.fromMs && nowMs - soundMs(pcm.length) < this.untilMs;
  }
}
