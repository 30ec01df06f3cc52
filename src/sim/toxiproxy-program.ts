import type { Clock } from '../ports';
import { Toxiproxy } from '../toxiproxy/toxiproxy';
import type { HostPorts, Program } from './host';
import type { ToxicBody } from './toxics';

/** Its one proxy. */
const PROXY = 'proxy';

export interface ToxiproxyProgramOptions {
  readonly upstream: string;
  readonly port: number;
  /** Real milliseconds for a millisecond of the story; see {@link scaledClock}. */
  readonly scale: number;
}

/** Our Toxiproxy as the program of a simulated host. */
export class ToxiproxyProgram implements Program {
  private readonly toxiproxy: Toxiproxy;
  private downs = 0;

  constructor({ port, scale, upstream }: ToxiproxyProgramOptions, ports: HostPorts) {
    const { random, sockets } = ports;
    this.toxiproxy = new Toxiproxy({ clock: scaledClock(ports.clock, scale), random, sockets });
    const listen = `0.0.0.0:${port}`;
    void this.toxiproxy.create({ name: PROXY, listen, upstream: `${upstream}:${port}` });
  }

  addToxic(body: ToxicBody): void {
    this.toxiproxy.addToxic(PROXY, body);
  }

  removeToxic(name: string): void {
    this.toxiproxy.removeToxic(PROXY, name);
  }

  /** Several may want it down; it is up again once none does. */
  takeDown(): void {
    this.downs += 1;
    if (this.downs === 1) void this.toxiproxy.update(PROXY, { enabled: false });
  }

  bringUp(): void {
    this.downs -= 1;
    if (this.downs === 0) void this.toxiproxy.update(PROXY, { enabled: true });
  }

  shutdown(): Promise<void> {
    return this.toxiproxy.close();
  }
}

/**
 * A story may be told `scale` times as fast as it happens, and a Toxiproxy knows nothing of that:
 * it counts whole milliseconds of its own time.
 */
function scaledClock(clock: Clock, scale: number): Clock {
  if (scale === 1) return clock;
  return {
    now: () => clock.now() * scale,
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, Math.max(1, delayMs) / scale),
    clearTimeout: (timer) => clock.clearTimeout(timer),
  };
}
