import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RecordedEvent } from '../events';
import type { Fault } from '../sim/network-faults';
import type { Scenario } from '../sim/scenario';
import { asRecorded } from './journal';
import { NamespaceNet } from './netns';
import { NetnsProgram } from './netns-program';

/** What came of a story with real kernels. */
export interface NetnsResult {
  /** What the programs observed until the story's end, in times of the story. */
  readonly events: readonly RecordedEvent[];
  /** The most that this process was late with anything meanwhile, in milliseconds. */
  readonly stallMs: number;
}

/** Plays a story of two hosts, `pi` and `server`, with programs in network namespaces. */
export async function runInNamespaces(
  scenario: Scenario,
  signal: AbortSignal,
): Promise<NetnsResult> {
  const play = new NetnsPlay(scenario, signal);
  const clearAtExit = (): void => play.clear();
  process.once('exit', clearAtExit);
  try {
    return await play.run();
  } finally {
    await play.close();
    process.off('exit', clearAtExit);
  }
}

interface Deed {
  readonly atMs: number;
  readonly act: () => Promise<void>;
}

interface Life {
  readonly host: string;
  readonly boot: number;
  readonly program: NetnsProgram;
}

class NetnsPlay {
  private readonly scenario: Scenario;
  private readonly aborted: AbortSignal;
  private readonly net: NamespaceNet;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'tars-netns-'));
  private readonly lives: Life[] = [];
  private zeroMs = 0;
  private zeroWallMs = 0;

  constructor(scenario: Scenario, aborted: AbortSignal) {
    this.scenario = scenario;
    this.aborted = aborted;
    this.net = new NamespaceNet(scenario.name, Object.keys(scenario.hosts));
  }

  async run(): Promise<NetnsResult> {
    const { faults, lasts } = this.scenario;
    const deeds = faults.flatMap((fault) => this.deedsOf(fault));
    await this.begin();
    const stalls = monitorEventLoopDelay({ resolution: 5 });
    stalls.enable();
    for (const { act, atMs } of deeds.toSorted((one, other) => one.atMs - other.atMs)) {
      await this.until(atMs);
      await act();
    }
    await this.until(lasts);
    stalls.disable();
    const events = this.lives.flatMap((life) => this.eventsOf(life));
    for (const host of ['pi', 'server']) await this.programOn(host).stop();
    return { events: events.filter(({ atMs }) => atMs < lasts), stallMs: stalls.max / 1e6 };
  }

  /** Leaves nothing behind. */
  async close(): Promise<void> {
    this.endPrograms();
    await this.net.close();
  }

  /** The same at once, for the end of this process. */
  clear(): void {
    this.endPrograms();
    this.net.clear();
  }

  private endPrograms(): void {
    for (const { program } of this.lives) program.signal('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The story's clock is set when they are connected: processes take a while to start. */
  private async begin(): Promise<void> {
    const { startsAt } = this.scenario.hosts['pi'] ?? {};
    if (typeof startsAt !== 'number') throw new Error('The Pi of this story never starts.');
    await this.net.create();
    await this.start('server').sees('server.listening');
    await this.start('pi').sees('link.connected');
    this.aborted.throwIfAborted();
    this.zeroMs = performance.now() - startsAt;
    this.zeroWallMs = Date.now() - startsAt;
  }

  private start(host: string): NetnsProgram {
    const boot = this.lives.filter((life) => life.host === host).length + 1;
    const server = this.net.addressOf('server');
    const args = host === 'server' ? ['--host', server] : clientOf(server);
    const program = new NetnsProgram({
      program: host === 'server' ? 'server' : 'client',
      args,
      runOn: this.net.runOn(host),
      eventFile: path.join(this.folder, `${host}-${boot}.jsonl`),
    });
    this.lives.push({ host, boot, program });
    return program;
  }

  private deedsOf(fault: Fault): readonly Deed[] {
    const endsMs = fault.at + ('for' in fault ? (fault.for ?? Infinity) : Infinity);
    const deeds = (begin: Deed['act'], end: Deed['act']): readonly Deed[] => [
      { atMs: fault.at, act: begin },
      { atMs: endsMs, act: end },
    ];
    switch (fault.kind) {
      case 'outage':
        return deeds(
          () => this.setPassing(fault, false),
          () => this.setPassing(fault, true),
        );
      case 'power_loss':
        return deeds(
          () => this.losePower(fault.host),
          () => this.regainPower(fault.host),
        );
      case 'restart':
        return deeds(
          () => Promise.resolve(this.programOn(fault.host).signal('SIGTERM')),
          () => this.startAgain(fault.host),
        );
      default:
        throw new Error(`${fault.kind}: nobody has taught namespaces to do this.`);
    }
  }

  private async setPassing(
    { between: [client, server], direction }: Extract<Fault, { readonly kind: 'outage' }>,
    passes: boolean,
  ): Promise<void> {
    const upstream = direction === 'downstream' ? [] : [client];
    const downstream = direction === 'upstream' ? [] : [server];
    await this.setForwarding([...upstream, ...downstream], passes);
  }

  /** The cut comes first, so that nothing that the kernel of a dead process sends gets away. */
  private async losePower(host: string): Promise<void> {
    await this.setForwarding(Object.keys(this.scenario.hosts), false);
    const program = this.programOn(host);
    program.signal('SIGKILL');
    await program.exited;
    await this.net.powerOff(host);
  }

  private async regainPower(host: string): Promise<void> {
    await this.net.boot(host);
    await this.setForwarding(Object.keys(this.scenario.hosts), true);
    this.start(host);
  }

  private async startAgain(host: string): Promise<void> {
    await this.programOn(host).stop();
    this.start(host);
  }

  private async setForwarding(hosts: readonly string[], isOn: boolean): Promise<void> {
    await Promise.all(hosts.map((host) => this.net.setForwarding(host, isOn)));
  }

  private programOn(host: string): NetnsProgram {
    const life = this.lives.findLast((each) => each.host === host);
    if (life === undefined) throw new Error(`Nothing was started on ${host}.`);
    return life.program;
  }

  private async until(atMs: number): Promise<void> {
    const leftMs = this.zeroMs + atMs - performance.now();
    await sleep(Math.max(0, leftMs), undefined, { signal: this.aborted });
  }

  /** What the programs tell, and before it that they were started, which is told by who does. */
  private eventsOf({ boot, host, program }: Life): readonly RecordedEvent[] {
    const { zeroWallMs } = this;
    const started: RecordedEvent = {
      ...{ type: 'host.started', program: host === 'server' ? 'server' : 'client' },
      ...{ seq: 0, host, boot, atMs: program.startedWallMs - zeroWallMs },
      wallMs: program.startedWallMs,
    };
    const told = program.events().filter(({ type }) => type !== started.type);
    return [started, ...asRecorded(told, { boot, host, zeroWallMs })];
  }
}

/** With nobody around: no device of this machine is touched. */
function clientOf(server: string): string[] {
  return ['--server', `ws://${server}:8765`, '--microphone', 'null', '--speaker', 'null'];
}
