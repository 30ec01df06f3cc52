import { SystemRandom, type SystemClock } from '../adapters/system-clock';
import type { TcpSockets } from '../adapters/tcp-sockets';
import type { ClientSettings } from '../client/client-settings';
import { SessionManager } from '../client/session-manager';
import { WebSocketClient } from '../client/websocket-client';
import type { LinkEvent } from '../events';
import type { TimerHandle } from '../ports';
import type { ClientDevices } from './client-devices';
import { FAILED } from './command-line';
import type { ProgramEvents } from './program-events';

/** How long after a file's end a hotword in it may still be found. */
const HOTWORD_GRACE_MS = 1_000;

export interface ClientProgramOptions {
  readonly settings: ClientSettings;
  /** After so many sessions it ends; undefined: it goes on until it is stopped. */
  readonly sessions: number | undefined;
  readonly clock: SystemClock;
  readonly events: ProgramEvents;
  readonly sockets: TcpSockets;
  readonly devices: ClientDevices;
}

/** The client with all that it holds in this process, from its start to its end. */
export class ClientProgram {
  private readonly options: ClientProgramOptions;
  private readonly manager: SessionManager;
  private sessionsHeld = 0;
  private readonly timers = new Set<TimerHandle>();
  private stopping: Promise<void> | undefined;
  private readonly exited: Promise<number>;
  private resolveExit!: (exitCode: number) => void;

  constructor(options: ClientProgramOptions) {
    this.options = options;
    const { clock, devices, settings, sockets } = options;
    const events = { emit: (event: LinkEvent) => this.told(event) };
    const { lag } = options.events;
    const ports = { clock, events, lag, sockets, random: new SystemRandom(), ...devices };
    this.manager = new SessionManager(settings, ports, new WebSocketClient(settings, ports));
    this.manager.onSessionEnded = () => this.sessionEnded();
    if (devices.spokenFile) devices.spokenFile.onEnded = () => this.fileEnded();
    this.exited = new Promise((resolve) => (this.resolveExit = resolve));
  }

  /** Resolves with the exit code once it has stopped. */
  run(): Promise<number> {
    this.manager.start();
    return this.exited;
  }

  /** Ends the session and the link, and releases the devices. May be called twice. */
  stop(exitCode: number): void {
    this.stopping ??= this.shutdown().then(() => this.resolveExit(exitCode));
  }

  private async shutdown(): Promise<void> {
    const { clock, devices, events, sockets } = this.options;
    for (const timer of this.timers) clock.clearTimeout(timer);
    devices.spokenFile?.close();
    devices.close();
    await this.manager.shutdown();
    await devices.released();
    const { dials, sockets: open } = sockets.holdings();
    const timers = clock.pendingTimers();
    const held = devices.openDevices();
    events.emit({ type: 'host.stopped', timers, sockets: open, dials, devices: held });
  }

  private fail(message: string): void {
    process.stderr.write(`error: ${message}\n`);
    this.stop(FAILED);
  }

  private told(event: LinkEvent): void {
    const { devices, events } = this.options;
    events.emit(event);
    if (event.type === 'link.connected') devices.spokenFile?.begin();
    // An event is told in the midst of things; what we do about it comes after them.
    if (event.type === 'playback.ended') this.later(1, () => this.answered());
  }

  /** A file has nothing more to say once it has been answered; a person would fall silent. */
  private answered(): void {
    if (this.options.devices.spokenFile?.isOver) this.manager.endSession('microphone_ended');
  }

  private fileEnded(): void {
    const { devices, sessions } = this.options;
    if (sessions === undefined) return;
    this.later(HOTWORD_GRACE_MS, () => {
      const isHeard = this.sessionsHeld > 0 || this.manager.state !== 'listening_for_hotword';
      if (!isHeard)
        this.fail(`no session came of ${devices.microphoneName}: was the hotword in it?`);
    });
  }

  private sessionEnded(): void {
    this.sessionsHeld += 1;
    const { devices, sessions } = this.options;
    if (sessions === undefined) return;
    if (this.sessionsHeld >= sessions) this.stop(0);
    else this.later(HOTWORD_GRACE_MS, () => devices.spokenFile?.repeat());
  }

  private later(delayMs: number, act: () => void): void {
    if (this.stopping !== undefined) return;
    const timer = this.options.clock.setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, delayMs);
    this.timers.add(timer);
  }
}
