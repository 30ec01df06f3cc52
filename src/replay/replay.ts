import type { RecordedEvent } from '../events';
import type { FieldJournals } from './align';
import { simulate } from '../sim/simulation';
import type { ScenarioInput } from '../sim/scenario';
import { CLIENT, SERVER, type Candidate, type Derivation } from './derivation';
import { derive, scenarioOf } from './derive';
import { fit, marksOf, type Fit, type Mark } from './fit';
import { toldOf } from './told';

/** So many runs may be made to find what fits. */
export const MAX_EVALUATIONS = 80;
/** An incident shows in what comes up to so long after it, as when a heartbeat finds it. */
const REACH_MS = 60_000;
/** What has diverged is looked at for so long after it. */
const LOOK_AHEAD_MS = 5_000;

export interface Replayed {
  readonly derivation: Derivation;
  readonly chosen: readonly Candidate[];
  readonly scenario: ScenarioInput;
  readonly fit: Fit;
  readonly evaluations: number;
  readonly events: readonly RecordedEvent[];
}

export interface ReplayOptions {
  readonly maxEvaluations?: number;
  readonly onProgress?: (text: string) => void;
}

/** Finds a scenario in which the same happens again that the journals tell. */
export async function replay(journals: FieldJournals, options: ReplayOptions = {}): Promise<Replayed> {
  return new Search(journals, options).run();
}

interface Tried {
  readonly chosen: readonly Candidate[];
  readonly fit: Fit;
  readonly events: readonly RecordedEvent[];
}

class Search {
  private readonly derivation: Derivation;
  private readonly field: readonly Mark[];
  private readonly options: ReplayOptions;
  private readonly withServer: boolean;
  private readonly limit: number;
  private evaluations = 0;

  constructor(journals: FieldJournals, options: ReplayOptions) {
    this.options = options;
    this.derivation = derive(journals);
    this.withServer = journals.server !== undefined;
    this.limit = options.maxEvaluations ?? MAX_EVALUATIONS;
    const roles = { client: journals.client.host, ...(this.withServer ? { server: journals.server?.host } : {}) };
    this.field = marksOf(this.derivation.events, roles as { client: string }).map((mark) => ({
      ...mark,
      atMs: mark.atMs - this.derivation.fromMs,
    }));
  }

  async run(): Promise<Replayed> {
    const { incidents } = this.derivation;
    let best = await this.try(incidents.map(({ candidates }) => candidates[0] as Candidate));
    const settled = new Set<string>();
    while (!best.fit.reproduced && this.evaluations < this.limit) {
      const better = await this.repair(best, settled);
      if (better === undefined) break;
      best = better;
    }
    if (!best.fit.reproduced) best = await this.try(best.chosen);
    return {
      derivation: this.derivation,
      ...best,
      scenario: scenarioOf(this.derivation, best.chosen),
      evaluations: this.evaluations,
    };
  }

  /** Another candidate for one of the incidents before the first divergence, the latest first. */
  private async repair(best: Tried, settled: Set<string>): Promise<Tried | undefined> {
    const { incidents } = this.derivation;
    const atMs = (best.fit.divergence?.atMs ?? 0) + this.derivation.fromMs;
    const near = incidents
      .map((incident, index) => ({ incident, index }))
      .filter(({ incident }) => incident.atMs <= atMs + LOOK_AHEAD_MS && incident.atMs >= atMs - REACH_MS)
      .sort((a, b) => b.incident.atMs - a.incident.atMs);
    for (const { incident, index } of near) {
      for (const candidate of incident.candidates) {
        const key = `${index} ${JSON.stringify(candidate.faults)} ${Math.round(atMs)}`;
        if (candidate === best.chosen[index] || settled.has(key)) continue;
        if (this.evaluations >= this.limit) return undefined;
        settled.add(key);
        const chosen = best.chosen.map((each, at) => (at === index ? candidate : each));
        const tried = await this.try(chosen);
        if (tried.fit.score > best.fit.score) return tried;
      }
    }
    return undefined;
  }

  private async try(chosen: readonly Candidate[]): Promise<Tried> {
    this.evaluations += 1;
    this.options.onProgress?.(`${this.evaluations} runs`);
    const scenario = scenarioOf(this.derivation, chosen);
    const events = await played(scenario);
    const roles = { client: CLIENT, ...(this.withServer ? { server: SERVER } : {}) };
    return { chosen, events, fit: fit(this.field, marksOf(events, roles), this.untilMs()) };
  }

  private untilMs(): number {
    return this.derivation.untilMs - this.derivation.fromMs;
  }
}

/** Runs a scenario, and has what its hosts would have in their journals. */
export async function played(scenario: ScenarioInput): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  await simulate(scenario, { seed: 1, keepEvents: 0, onEvent: (event) => events.push(event) });
  return toldOf(events);
}
