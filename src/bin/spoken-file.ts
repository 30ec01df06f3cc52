import { ClockMicrophone } from '../audio/clock-microphone';
import { Room } from '../audio/room';
import type { Clock, Microphone } from '../ports';

/** A recording in place of a person: it is spoken into a microphone in an otherwise quiet room. */
export class SpokenFile {
  readonly microphone: Microphone;
  /** All of it has been said. */
  onEnded: (() => void) | undefined;
  private readonly room: Room;
  private readonly speech: Buffer;
  private hasBegun = false;

  /** @param speech - 16 kHz mono s16le PCM. */
  constructor(clock: Clock, speech: Buffer) {
    this.speech = speech;
    this.room = new Room({ clock, onQuiet: () => this.onEnded?.() });
    this.microphone = new ClockMicrophone({ clock, room: this.room });
  }

  /** Whether nothing of it is left to be said. */
  get isOver(): boolean {
    return this.hasBegun && this.room.idle;
  }

  /** Begins to speak; again, it does nothing. */
  begin(): void {
    if (!this.hasBegun) this.repeat();
  }

  repeat(): void {
    this.hasBegun = true;
    this.room.say(this.speech);
  }

  close(): void {
    this.room.close();
  }
}
