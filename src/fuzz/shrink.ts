import { durationMs, type Duration } from '../sim/duration';
import type { ScenarioInput } from '../sim/scenario';
import { ddmin } from './ddmin';
import { ms } from './drawn-faults';

type Fault = NonNullable<ScenarioInput['faults']>[number];
type Host = NonNullable<ScenarioInput['hosts']>[string];
type Peer = Extract<Host, { readonly program: 'peer' }>;
type Frame = Extract<Peer['does'], { readonly behaviour: 'dials_and_talks' }>['says'][number];
type Act = NonNullable<ScenarioInput['acts']>[number];

/** Whether a scenario still fails in the way that is looked for. */
export type StillFails = (scenario: ScenarioInput) => Promise<boolean>;

export interface Shrunk {
  readonly scenario: ScenarioInput;
  /** Runs that it took, those that show that it is minimal among them. */
  readonly evaluations: number;
  /** Whether without any one of its faults it does not fail: it was tried with each. */
  readonly isMinimal: boolean;
}

export interface ShrinkOptions {
  readonly stillFails: StillFails;
  /** When it failed, in virtual milliseconds: what comes long after that is of no use. */
  readonly failedAtMs: number;
  /** No further try to make it tamer after so many runs; minimal it is made all the same. */
  readonly maxEvaluations?: number;
}

const MAX_EVALUATIONS = 150;
/** What is left of a story after the instant at which it failed. */
const AFTERMATH_MS = 1_000;
/** Halvings that are tried with a number. */
const HALVINGS = 4;

/**
 * Makes a failing scenario as small and as tame as it can be while it still fails: first fewer
 * faults, then fewer deeds and simpler hosts, then shorter times and smaller sizes.
 */
export async function shrink(scenario: ScenarioInput, options: ShrinkOptions): Promise<Shrunk> {
  return new Shrinker(scenario, options).run();
}

class Shrinker {
  private best: ScenarioInput;
  private readonly options: ShrinkOptions;
  private readonly limit: number;
  private readonly tried = new Map<string, boolean>();
  private evaluations = 0;

  constructor(scenario: ScenarioInput, options: ShrinkOptions) {
    this.best = scenario;
    this.options = options;
    this.limit = options.maxEvaluations ?? MAX_EVALUATIONS;
  }

  async run(): Promise<Shrunk> {
    await this.shorten();
    await this.fewerFaults();
    await this.fewerActs();
    await this.simplerHosts();
    for (let index = 0; index < this.faults().length; index++) await this.tame(index);
    await this.fewerFaults();
    return {
      scenario: this.best,
      isMinimal: await this.isMinimal(),
      evaluations: this.evaluations,
    };
  }

  private faults(): readonly Fault[] {
    return this.best.faults ?? [];
  }

  /** Ends the story soon after it failed. */
  private async shorten(): Promise<void> {
    const lastsMs = durationMs(this.best.lasts);
    const untilMs = this.options.failedAtMs + AFTERMATH_MS;
    if (untilMs >= lastsMs) return;
    const { acts = [], faults = [] } = this.best;
    const isBefore = ({ at }: { readonly at: Duration }): boolean => durationMs(at) <= untilMs;
    await this.take({
      ...this.best,
      acts: acts.filter(isBefore),
      faults: faults.filter(isBefore),
      lasts: ms(untilMs),
    });
  }

  private async fewerFaults(): Promise<void> {
    const fails = (faults: readonly Fault[]): Promise<boolean> =>
      this.fails({ ...this.best, faults: [...faults] });
    const faults = await ddmin(this.faults(), fails);
    this.best = { ...this.best, faults: [...faults] };
  }

  private async fewerActs(): Promise<void> {
    const { acts = [] } = this.best;
    const fails = (some: readonly Act[]): Promise<boolean> =>
      this.fails({ ...this.best, acts: [...some] });
    this.best = { ...this.best, acts: [...(await ddmin(acts, fails))] };
  }

  private async simplerHosts(): Promise<void> {
    for (const name of Object.keys(this.best.hosts ?? {})) {
      const { [name]: spec, ...others } = this.best.hosts ?? {};
      if (spec === undefined) continue;
      if (!this.isNamed(name) && (await this.take({ ...this.best, hosts: others }))) continue;
      await this.fewerWords(name, spec);
      const { program } = spec;
      if (program !== 'client' && program !== 'server') continue;
      await this.take({
        ...this.best,
        hosts: { ...this.best.hosts, [name]: { program, ...identityOf(spec) } },
      });
    }
    await this.take({ ...this.best, interleave: false });
    await this.take({ ...this.best, latency: '5 ms' });
  }

  /** Of what a stranger says, what it takes. */
  private async fewerWords(name: string, spec: Host): Promise<void> {
    if (spec.program !== 'peer' || !('says' in spec.does)) return;
    const { does } = spec;
    const saying = (says: readonly Frame[]): ScenarioInput => ({
      ...this.best,
      hosts: { ...this.best.hosts, [name]: { ...spec, does: { ...does, says: [...says] } } },
    });
    this.best = saying(await ddmin(does.says ?? [], (says) => this.fails(saying(says))));
  }

  /** Whether anything of the story happens at this host. */
  private isNamed(name: string): boolean {
    const { hosts: _, ...story } = this.best;
    return name === 'server' || JSON.stringify(story).includes(JSON.stringify(name));
  }

  /** Shorter, smaller, and at a rounder time. */
  private async tame(index: number): Promise<void> {
    const fault = this.faults()[index];
    if (fault === undefined) return;
    for (const [field, value] of Object.entries(fault)) {
      if (field === 'at') await this.tryField(index, field, roundedDown(value as Duration));
      else if (typeof value === 'number' && value > 1) await this.halve(index, field, value);
      else if (isDuration(value)) await this.halve(index, field, durationMs(value), ms);
    }
  }

  private async halve(
    index: number,
    field: string,
    value: number,
    written: (value: number) => unknown = (each) => each,
  ): Promise<void> {
    let smaller = value;
    for (let halving = 0; halving < HALVINGS; halving++) {
      smaller = Math.floor(smaller / 2);
      if (smaller < 1 || !(await this.tryField(index, field, written(smaller)))) return;
    }
  }

  private tryField(index: number, field: string, value: unknown): Promise<boolean> {
    const faults = this.faults().map((fault, at) =>
      at === index ? ({ ...fault, [field]: value } as Fault) : fault,
    );
    return this.take({ ...this.best, faults });
  }

  /** Takes a candidate for the best one, if it still fails. */
  private async take(candidate: ScenarioInput): Promise<boolean> {
    if (this.evaluations >= this.limit || !(await this.fails(candidate))) return false;
    this.best = candidate;
    return true;
  }

  private async isMinimal(): Promise<boolean> {
    const faults = this.faults();
    for (const left of faults) {
      const others = faults.filter((fault) => fault !== left);
      if (await this.fails({ ...this.best, faults: others })) return false;
    }
    return true;
  }

  private async fails(candidate: ScenarioInput): Promise<boolean> {
    const key = JSON.stringify(candidate);
    const known = this.tried.get(key);
    if (known !== undefined) return known;
    this.evaluations += 1;
    const fails = await this.options.stillFails(candidate);
    this.tried.set(key, fails);
    return fails;
  }
}

/** Who a client is, and whom it dials. */
function identityOf(spec: Host): { readonly device?: string; readonly server?: string } {
  if (spec.program !== 'client') return {};
  const { device, server } = spec;
  return {
    ...(device === undefined ? {} : { device }),
    ...(server === undefined ? {} : { server }),
  };
}

function isDuration(value: unknown): value is Duration {
  return typeof value === 'string' && /^\d+ ms$/.test(value);
}

/** The last whole second before it. */
function roundedDown(at: Duration): Duration {
  return ms(Math.floor(durationMs(at) / 1_000) * 1_000);
}
