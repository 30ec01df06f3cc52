/**
 * A world in real time: the production client and server on the production sockets of loopback,
 * through a Toxiproxy that does what a scenario asks for.
 *
 *   real-world         hosts, faults, the passing of time
 *   real-clock         the time of a story       loopback-network   its hosts as ports
 *   toxiproxy-driver   the HTTP API of any       embedded-toxiproxy our own
 *   through-toxiproxy  what of a scenario a Toxiproxy can do
 *   real-run           one run, and its verdict
 */
import type { AnyEvent } from '../events';
import type { Host, ProgramStarter } from '../sim/host';
import type { Life } from '../sim/life';
import { hopBetween } from '../sim/hops';
import { HostedWorld, type WorldOptions } from '../sim/hosted-world';
import type { Fault, Heal } from '../sim/network-faults';
import type { Scenario } from '../sim/scenario';
import type { RunWorld } from '../sim/run';
import { toxicBody, type ToxicFault } from '../sim/toxics';
import { freePort, LOOPBACK, LoopbackNetwork } from './loopback-network';
import { RealClock } from './real-clock';
import { OWN_PROXIES, ToxiproxyDriver } from './toxiproxy-driver';

export interface RealWorldOptions {
  /** Real milliseconds for a millisecond of the story. */
  readonly scale: number;
  /** Where the API of the Toxiproxy is that stands for this host. */
  readonly toxiproxyOf: (hop: string) => string;
}

/** What another process runs in this world. */
const ELSEWHERE: ProgramStarter = () => ({ shutdown: () => Promise.resolve() });

export class RealWorld extends HostedWorld implements RunWorld {
  readonly clock: RealClock;
  readonly network = new LoopbackNetwork();
  readonly afterwardsMs = 0;
  readonly entriesRun = 0;
  private readonly scenario: Scenario;
  private readonly scale: number;
  private readonly drivers = new Map<string, ToxiproxyDriver>();
  /** Tells the proxies of this run from those of others at the same Toxiproxy. */
  private readonly prefix: string;
  private readonly downs = new Map<string, number>();
  private readonly timers: ScaledLibraryTimers;
  private error: unknown;
  private onChange: () => void = () => undefined;
  private turns = 0;
  private turnMs = 0;
  private isInTurn = false;
  private toxics = 0;

  constructor(options: WorldOptions, { scale, toxiproxyOf }: RealWorldOptions) {
    super(options);
    this.scenario = options.scenario;
    this.scale = scale;
    this.clock = new RealClock(scale);
    this.timers = new ScaledLibraryTimers(scale);
    this.prefix = `${OWN_PROXIES}${options.scenario.name}-${freshId()}`;
    const hops = hopsOf(options.scenario);
    for (const hop of hops) this.drivers.set(hop, new ToxiproxyDriver(toxiproxyOf(hop)));
    const programs = Object.fromEntries(hops.map((name) => [name, ELSEWHERE]));
    this.addHosts({ ...options, programs: { ...options.programs, ...programs } });
  }

  async arm(): Promise<void> {
    const { hosts } = this.scenario;
    for (const name of Object.keys(hosts)) this.network.place(name, await freePort());
    for (const [name, spec] of Object.entries(hosts)) {
      if (spec.program !== 'toxiproxy') continue;
      const upstream = this.network.portOf(spec.upstream);
      const listen = at(this.network.portOf(name));
      await this.driver(name).createProxy(this.proxyOf(name), listen, at(upstream));
    }
    this.timers.arm();
  }

  async disarm(): Promise<void> {
    this.clock.close();
    this.network.close();
    this.timers.disarm();
    for (const driver of this.drivers.values()) await driver.close();
  }

  /** The story begins when the Toxiproxy is ready. */
  async settled(): Promise<void> {
    for (const driver of this.drivers.values()) await driver.idle();
    if (this.error !== undefined) throw this.error as Error;
    this.clock.restart();
  }

  override run(life: Life, code: () => void): void {
    this.runNow(life, code);
  }

  override record(host: Host | undefined, event: AnyEvent): void {
    super.record(host, event);
    this.onChange();
  }

  inflict(fault: Fault): Heal | undefined {
    switch (fault.kind) {
      case 'toxic':
        return this.addToxic(fault);
      case 'proxy_down':
        return this.takeDown(this.hop(...fault.between));
      case 'kill':
        return this.kill(fault.host);
      case 'restart':
        return this.stop(fault.host);
      case 'microphone_fails':
        this.failMicrophone(fault.host, fault.opens);
        return undefined;
      case 'speaker_fails':
        this.failSpeaker(fault.host);
        return undefined;
      case 'wall_step':
        this.stepWallClock(fault.host, fault.by);
        return undefined;
      default:
        throw new Error(`The fault ${fault.kind} cannot be made in real time.`);
    }
  }

  /** Rejects where the Toxiproxy has failed. */
  advance(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    return new Promise((resolve, reject) => {
      let looks: NodeJS.Immediate | undefined;
      const finish = (): void => {
        this.clock.cancel(end);
        clearImmediate(looks);
        this.onChange = () => undefined;
        if (this.error === undefined) resolve();
        else reject(this.error as Error);
      };
      const look = (): void => {
        looks = undefined;
        if (this.error !== undefined || isDone()) finish();
      };
      const end = this.clock.schedule(Math.max(0, untilMs - this.clock.now()), finish);
      // Once the turn is over, because what belongs together is told in one.
      this.onChange = () => (looks ??= setImmediate(look));
      this.onChange();
    });
  }

  protected override currentStep(): number {
    this.enterTurn();
    return this.turns;
  }

  /** What is told in one turn of the event loop happened at once, as it does in virtual time. */
  protected override stampMs(): number {
    this.enterTurn();
    return this.turnMs;
  }

  private enterTurn(): void {
    if (this.isInTurn) return;
    this.turns += 1;
    this.turnMs = this.clock.now();
    this.isInTurn = true;
    setImmediate(() => (this.isInTurn = false));
  }

  private addToxic(fault: ToxicFault): Heal {
    this.toxics += 1;
    const hop = this.hop(...fault.between);
    const [driver, proxy] = [this.driver(hop), this.proxyOf(hop)];
    const body = toxicBody(fault, `toxic-${this.toxics}`, this.scale);
    this.drive(driver.addToxic(proxy, body));
    return () => this.drive(driver.removeToxic(proxy, body.name));
  }

  private takeDown(hop: string): Heal {
    this.changeDowns(hop, 1);
    return () => this.changeDowns(hop, -1);
  }

  private changeDowns(hop: string, by: number): void {
    const before = this.downs.get(hop) ?? 0;
    this.downs.set(hop, before + by);
    if ((before === 0) !== (before + by === 0)) {
      this.drive(this.driver(hop).setEnabled(this.proxyOf(hop), before + by === 0));
    }
  }

  /** What the Toxiproxy is told takes effect a moment later; a failure ends the run. */
  private drive(done: Promise<void>): void {
    done.catch((error: unknown) => {
      this.error ??= error;
      this.onChange();
    });
  }

  private hop(client: string, server: string): string {
    const hop = hopBetween(this.scenario, client, server);
    if (hop === undefined) throw new Error(`No Toxiproxy stands between ${client} and ${server}.`);
    return hop;
  }

  private driver(hop: string): ToxiproxyDriver {
    const driver = this.drivers.get(hop);
    if (driver === undefined) throw new Error(`No Toxiproxy stands for the host ${hop}.`);
    return driver;
  }

  private proxyOf(hop: string): string {
    return `${this.prefix}-${hop}`;
  }
}

/** The hosts of a story that are a Toxiproxy. */
export function hopsOf({ hosts }: Pick<Scenario, 'hosts'>): string[] {
  return Object.keys(hosts).filter((name) => hosts[name]?.program === 'toxiproxy');
}

function at(port: number): string {
  return `${LOOPBACK}:${port}`;
}

function freshId(): string {
  return Math.floor(Math.random() * 2 ** 32).toString(36);
}

/**
 * `ws` sets a timer of its own in `close()`, past the clock port; so that it lasts as long in the
 * story as every other, it is scaled here.
 */
class ScaledLibraryTimers {
  private readonly real = setTimeout;
  private readonly scale: number;

  constructor(scale: number) {
    this.scale = scale;
  }

  arm(): void {
    if (this.scale === 1) return;
    const { real, scale } = this;
    const set = (callback: (...args: unknown[]) => void, delayMs = 1, ...args: unknown[]): object =>
      real(callback, isOfLibrary() ? delayMs * scale : delayMs, ...args);
    globalThis.setTimeout = Object.assign(set, real) as typeof setTimeout;
  }

  disarm(): void {
    globalThis.setTimeout = this.real;
  }
}

/** Whether who set the timer is the WebSocket library. */
function isOfLibrary(): boolean {
  const [, , , caller] = (new Error().stack ?? '').split('\n');
  return /node_modules[\\/]ws[\\/]/.test(caller ?? '');
}
