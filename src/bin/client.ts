#!/usr/bin/env node
/** The program on the Pi. */
import { open, readFile } from 'node:fs/promises';

import { Command, Option } from 'commander';

import { SystemClock, SystemRandom } from '../adapters/system-clock';
import { TcpSockets } from '../adapters/tcp-sockets';
import { WavSpeaker } from '../adapters/wav-speaker';
import { ClockMicrophone } from '../audio/clock-microphone';
import { ClockSpeaker } from '../audio/clock-speaker';
import { fixtureFile } from '../audio/fixture-file';
import { Room } from '../audio/room';
import { SampleHotword } from '../audio/sample-hotword';
import { decodeWav } from '../audio/wav-file';
import { checkClientSettings, ClientSettingsError } from '../client/client-settings';
import { SessionManager } from '../client/session-manager';
import { WebSocketClient } from '../client/websocket-client';
import type { LinkEvent } from '../events';
import type { EventSink, Speaker } from '../ports';
import {
  FAILED,
  onOutputClosed,
  onSignals,
  runMain,
  UsageError,
  wholeNumber,
} from './command-line';
import { eventsOption, makeEventSink } from './event-sink';

interface Options {
  readonly server: string;
  readonly device: string;
  readonly microphone: string;
  readonly speaker: string;
  readonly hotword: string;
  readonly events?: string;
  readonly sessions?: number;
}

/** How long after a file's end a hotword in it may still be found. */
const HOTWORD_GRACE_MS = 1_000;

async function main(): Promise<number> {
  // A link goes on, whether or not anybody reads along.
  onOutputClosed(() => undefined);
  const command = makeCommand();
  command.parse();
  const client = await Client.prepare(command.opts<Options>());
  onSignals(() => client.stop(0));
  return client.run();
}

function makeCommand(): Command {
  return new Command('npm run client --')
    .description('Listens for the hotword and keeps the link to the server, until it is stopped.')
    .addOption(
      new Option('--server <url>', 'where the server is')
        .env('TARS_SERVER')
        .default('ws://127.0.0.1:8765'),
    )
    .addOption(
      new Option('--device <name>', 'what this device calls itself')
        .env('TARS_DEVICE')
        .default('default'),
    )
    .addOption(
      new Option('--microphone <device>', 'wav:FILE, spoken once the link is up; or null')
        .env('TARS_MICROPHONE')
        .default('null'),
    )
    .addOption(
      new Option('--speaker <device>', 'wav:FILE, which is written; or null')
        .env('TARS_SPEAKER')
        .default('null'),
    )
    .addOption(
      new Option('--hotword <recording>', 'wav:FILE, the recording that is listened for')
        .env('TARS_HOTWORD')
        .default(`wav:${fixtureFile('hey-jarvis')}`, '"hey jarvis" of the fixtures'),
    )
    .addOption(eventsOption())
    .option('--sessions <number>', 'end after so many sessions', wholeNumber(1))
    .addHelpText('after', '\nExit code: 0 stopped or all sessions held, 1 failed, 2 wrong use.')
    .exitOverride();
}

/** Everything that the process owns, and how it ends. */
class Client {
  private readonly clock: SystemClock;
  private readonly options: Options;
  private readonly speech: Buffer | undefined;
  private readonly events: EventSink;
  private readonly room: Room;
  private readonly speaker: Speaker;
  private readonly manager: SessionManager;
  private readonly sockets = new TcpSockets();
  private sessionsHeld = 0;
  private isSpoken = false;
  private exitCode: number | undefined;
  private resolveExit: ((exitCode: number) => void) | undefined;

  /** Reads and checks whatever can be wrong, before anything is started. */
  static async prepare(options: Options): Promise<Client> {
    const speech = await readSound('--microphone', options.microphone);
    const hotword = await readSound('--hotword', options.hotword);
    if (hotword === undefined) throw new UsageError('--hotword: null is no recording');
    await requireWritable('--speaker', options.speaker);
    return new Client(options, speech, hotword);
  }

  private constructor(options: Options, speech: Buffer | undefined, hotword: Buffer) {
    this.options = options;
    this.speech = speech;
    const clock = new SystemClock();
    this.clock = clock;
    const told = makeEventSink(clock, options.events);
    this.events = {
      emit: (event) => {
        told.emit(event);
        this.follow(event);
      },
    };
    this.room = new Room({ clock, onQuiet: () => this.fileEnded() });
    this.speaker = this.makeSpeaker();
    const settings = settingsOf(options);
    const ports = {
      clock,
      random: new SystemRandom(),
      sockets: this.sockets,
      events: this.events,
      microphone: new ClockMicrophone({ clock, room: this.room }),
      speaker: this.speaker,
      hotword: makeHotword(hotword),
      button: { onPress: () => () => undefined },
    };
    this.manager = new SessionManager(settings, ports, new WebSocketClient(settings, ports));
    this.manager.onSessionEnded = () => this.sessionEnded();
  }

  run(): Promise<number> {
    this.manager.start();
    return new Promise((resolve) => {
      this.resolveExit = resolve;
      if (this.exitCode !== undefined) this.stop(this.exitCode);
    });
  }

  /** Ends the session and the link, completes the file that was spoken into, and exits. */
  stop(exitCode: number): void {
    this.exitCode ??= exitCode;
    this.room.close();
    void this.manager
      .shutdown()
      .then(() => (this.speaker instanceof WavSpeaker ? this.speaker.written() : undefined))
      .then(() => this.reportStopped())
      .then(() => this.resolveExit?.(this.exitCode ?? exitCode));
  }

  private fail(message: string): void {
    process.stderr.write(`error: ${message}\n`);
    this.stop(FAILED);
  }

  private follow(event: LinkEvent): void {
    if (event.type === 'link.connected' && !this.isSpoken) this.speak();
    // An event is told in the midst of things; what we do about it comes after them.
    if (event.type === 'playback.ended') this.clock.setTimeout(() => this.answered(), 1);
  }

  private speak(): void {
    if (this.speech === undefined) return;
    this.isSpoken = true;
    this.room.say(this.speech);
  }

  /** A file has nothing more to say once it has been answered; a person would fall silent. */
  private answered(): void {
    if (this.speech !== undefined && this.room.idle) this.manager.endSession('microphone_ended');
  }

  private fileEnded(): void {
    if (this.options.sessions === undefined) return;
    this.clock.setTimeout(() => {
      const isHeard = this.sessionsHeld > 0 || this.manager.state !== 'listening_for_hotword';
      if (!isHeard)
        this.fail(`no session came of ${this.options.microphone}: was the hotword in it?`);
    }, HOTWORD_GRACE_MS);
  }

  private sessionEnded(): void {
    this.sessionsHeld += 1;
    const { sessions } = this.options;
    if (sessions === undefined) return;
    if (this.sessionsHeld >= sessions) this.stop(0);
    else this.clock.setTimeout(() => this.speak(), HOTWORD_GRACE_MS);
  }

  private makeSpeaker(): Speaker {
    const { speaker } = this.options;
    if (speaker === 'null') return new ClockSpeaker({ clock: this.clock });
    const onError = ({ message }: Error): void => {
      process.stderr.write(`error: --speaker: ${message}\n`);
      process.exit(FAILED);
    };
    return new WavSpeaker(fileOf('--speaker', speaker), this.clock, onError);
  }

  private reportStopped(): void {
    const { dials, sockets } = this.sockets.holdings();
    const timers = this.clock.pendingTimers();
    this.events.emit({ type: 'host.stopped', timers, sockets, dials, devices: 0 });
  }
}

function settingsOf({ device, server }: Options): ReturnType<typeof checkClientSettings> {
  try {
    return checkClientSettings({ serverUrl: server, device });
  } catch (error) {
    if (error instanceof ClientSettingsError) throw new UsageError(inFlags(error.message));
    throw error;
  }
}

/** The settings that can be wrong here, by the names that they have on the command line. */
function inFlags(message: string): string {
  return message.replace('serverUrl:', '--server:').replace('device:', '--device:');
}

function makeHotword(template: Buffer): SampleHotword {
  try {
    return new SampleHotword({ template });
  } catch (error) {
    throw new UsageError(`--hotword: ${(error as Error).message}`);
  }
}

async function readSound(option: string, value: string): Promise<Buffer | undefined> {
  if (value === 'null') return undefined;
  const file = fileOf(option, value);
  try {
    return await decodeWav(await readFile(file));
  } catch (error) {
    throw new UsageError(`${option}: ${file}: ${(error as Error).message}`);
  }
}

async function requireWritable(option: string, value: string): Promise<void> {
  if (value === 'null') return;
  const file = fileOf(option, value);
  try {
    await (await open(file, 'a')).close();
  } catch (error) {
    throw new UsageError(`${option}: ${file}: ${(error as Error).message}`);
  }
}

function fileOf(option: string, value: string): string {
  if (value.startsWith('wav:') && value.length > 'wav:'.length) return value.slice('wav:'.length);
  throw new UsageError(`${option}: '${value}' is neither wav:FILE nor null`);
}

runMain(main);
