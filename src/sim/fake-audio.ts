/**
 * The audio of a simulated house.
 *
 *   FakeAudio    a host's room, its devices and its button; they outlive the host's program
 *   HostAudio    what one life of the program has of them
 *
 * The microphone replays fixtures at the times at which they are spoken, the speaker takes as long
 * as the sound lasts and keeps what was heard, the detector finds the fixture's hotword in the
 * samples.
 */
import { ClockMicrophone } from '../audio/clock-microphone';
import { ClockSpeaker } from '../audio/clock-speaker';
import { Room } from '../audio/room';
import { SampleHotword, type HotwordTemplate } from '../audio/sample-hotword';
import { soundMs } from '../constants';
import type { SimulatorEvent } from '../simulator-events';
import type { Button, Clock, HotwordDetector, Microphone, Speaker } from '../ports';
import { Echo } from './echo';
import { SpeakerMeter } from './speaker-meter';

/** The devices of one life of a program. */
export interface HostAudio {
  readonly microphone: Microphone;
  readonly speaker: Speaker;
  readonly hotword: HotwordDetector;
  readonly button: Button;
  /** Devices that the program holds open, and callbacks that it left with the button. */
  openDevices(): number;
  failMicrophone(opens: number): void;
  failSpeaker(): void;
  /** The program is gone: its devices fall silent. */
  close(): void;
}

/** The fixtures that a run needs, as 16 kHz mono s16le PCM. */
export interface SoundLibrary {
  readonly hotword: HotwordTemplate;
  /** By name: the file's without `.wav`. Throws an error that names the sounds there are. */
  sound(name: string): Buffer;
}

type Report = (event: SimulatorEvent) => void;

/** What was heard is kept up to this length: 60 s. */
const KEPT_BYTES = 1_920_000;

export class FakeAudio {
  private readonly clock: Clock;
  private readonly room: Room;
  private readonly hotwordTemplate: HotwordTemplate;
  private readonly echoes: boolean;
  private readonly presses = new Set<() => void>();
  private heardPieces: Buffer[] = [];
  private heardBytes = 0;

  /**
   * @param clock - the world's: a room goes on while no program runs.
   * @param echoes - whether what the speaker plays sounds in the room as well.
   */
  constructor(clock: Clock, hotwordTemplate: HotwordTemplate, echoes: boolean) {
    this.clock = clock;
    this.room = new Room({ clock });
    this.hotwordTemplate = hotwordTemplate;
    this.echoes = echoes;
  }

  /** Somebody speaks; after what is spoken already. Returns how long it sounds, in milliseconds. */
  say(pcm: Buffer): number {
    this.room.say(pcm);
    return soundMs(pcm.length);
  }

  press(): void {
    for (const callback of [...this.presses]) callback();
  }

  /** What came out of the speaker, in order: 16 kHz mono s16le PCM, its first 60 s. */
  heard(): Buffer {
    return Buffer.concat(this.heardPieces);
  }

  forLife(clock: Clock, report: Report): HostAudio {
    const microphone = new ClockMicrophone({ clock, room: this.room });
    const meter = new SpeakerMeter();
    const speaker = new ClockSpeaker({
      clock,
      onStarted: () => report({ type: 'speaker.started' }),
      onHeard: (pcm) => {
        meter.heard(pcm);
        this.keep(pcm);
      },
      onSilent: (playedBytes, how) =>
        report({ type: 'speaker.silent', playedBytes, how, ...meter.take() }),
    });
    const ownPresses = new Set<() => void>();
    const open = { microphones: 0 };
    const echo = this.echoes ? this.makeEcho(report) : undefined;
    const counted = countOpens(microphone, open);
    return {
      microphone: echo?.atMicrophone(counted) ?? counted,
      speaker: meter.at(echo?.ofSpeaker(speaker) ?? speaker),
      hotword: new SampleHotword({ template: this.hotwordTemplate }),
      button: { onPress: (callback) => this.listenToButton(callback, ownPresses) },
      openDevices: () => open.microphones + (speaker.busy ? 1 : 0) + ownPresses.size,
      failMicrophone: (opens) => {
        microphone.failOpens(opens);
        microphone.fail('device_lost');
      },
      failSpeaker: () => speaker.fail('device_error'),
      close: () => {
        microphone.close();
        speaker.close();
        for (const callback of ownPresses) this.presses.delete(callback);
      },
    };
  }

  private makeEcho(report: Report): Echo {
    const { clock, room } = this;
    return new Echo({ room, clock, onHeard: (bytes) => report({ type: 'echo.heard', bytes }) });
  }

  private listenToButton(callback: () => void, ownPresses: Set<() => void>): () => void {
    this.presses.add(callback);
    ownPresses.add(callback);
    return () => {
      this.presses.delete(callback);
      ownPresses.delete(callback);
    };
  }

  private keep(pcm: Buffer): void {
    if (this.heardBytes >= KEPT_BYTES) return;
    this.heardPieces.push(pcm);
    this.heardBytes += pcm.length;
  }
}

/** A microphone that knows how many of its streams are open. */
function countOpens(microphone: Microphone, open: { microphones: number }): Microphone {
  return {
    open: (handlers) => {
      let isOpen = true;
      open.microphones += 1;
      const closed = (): void => {
        if (isOpen) open.microphones -= 1;
        isOpen = false;
      };
      const stream = microphone.open({
        onAudio: handlers.onAudio,
        onFailed: (failure) => {
          closed();
          handlers.onFailed(failure);
        },
      });
      return {
        listenFor: (purpose) => stream.listenFor(purpose),
        close: () => {
          closed();
          stream.close();
        },
      };
    },
  };
}
