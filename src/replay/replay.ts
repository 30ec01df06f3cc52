import type { RecordedEvent } from '../events';
import { ddmin } from '../fuzz/ddmin';
import { toldOf } from '../sim/journal-of';
import { simulate } from '../sim/simulation';
import type { ScenarioInput } from '../sim/scenario';
import { align, type Aligned, type FieldJournals } from './align';
import { CLIENT, SERVER, type Candidate, type Derivation } from './derivation';
import { derive, scenarioOf } from './derive';
import { fit, marksOf, NEAR_MS, type Fit, type Mark, type Roles } from './fit';
import { nudges, type Story } from './nudges';
import { ReplayError } from './replay-error';
import { resynced } from './resync';
import { disconnectsOf, SHORT_MS, windowOf, type Disconnect } from './window';

/** So many runs may be made to find what fits ... */
export const MAX_EVALUATIONS = 200;
/** ... so many to see what else would, and so many to leave out what is not needed. */
const MAX_COMPARED = 30;
const MAX_SHRINKING = 60;
/** An incident shows in what comes up to so long after it, as when a heartbeat finds it. */
const REACH_MS = 60_000;

/** What was behind an incident, and what else could have been. */
export interface Finding {
  readonly what: string;
  /** Milliseconds from the beginning of what is replayed. */
  readonly atMs: number;
  readonly chosen: Candidate;
  /** What else the same would have come of; absent where it was not tried. */
  readonly others?: readonly Candidate[];
  /** How many candidates there were. */
  readonly of: number;
}

export interface Replayed {
  readonly fit: Fit;
  readonly scenario: ScenarioInput;
  readonly findings: readonly Finding[];
  /** What was moved by some milliseconds, because of what came at once the order was not known. */
  readonly nudged: readonly string[];
  /** All of the record, and the one that was replayed where it was not all. */
  readonly disconnects: readonly Disconnect[];
  readonly incident?: number;
  readonly knowsServer: boolean;
  /** How many things have to come again. */
  readonly marks: number;
  readonly lastsMs: number;
  readonly evaluations: number;
  readonly problems: readonly string[];
  /** What the journals tell, and what came again: on the time of the scenario. */
  readonly field: readonly RecordedEvent[];
  readonly events: readonly RecordedEvent[];
}

export interface ReplayOptions {
  /** Which disconnect; default all where the record is short, else the last. */
  readonly incident?: number;
  readonly maxEvaluations?: number;
  /** Whether what is not needed is left out, and what else would fit is looked for. */
  readonly thoroughly?: boolean;
  readonly onProgress?: (text: string) => void;
}

/**
 * Finds a scenario in which the same happens again that the journals tell.
 *
 * @throws ReplayError where there is nothing to replay.
 */
export async function replay(
  journals: FieldJournals,
  options: ReplayOptions = {},
): Promise<Replayed> {
  const whole = align(journals);
  const disconnects = disconnectsOf(whole);
  const incident = options.incident ?? lastOfMany(whole, disconnects);
  const aligned = incident === undefined ? whole : windowOf(whole, incident);
  checkLength(aligned);
  const search = new Search(aligned, options);
  const found = await search.run();
  const numbered = incident === undefined ? {} : { incident };
  return { ...found, disconnects, ...numbered, problems: whole.record.problems };
}

/** A record of days is too much at once. */
function lastOfMany(
  { record: { events } }: Aligned,
  disconnects: readonly Disconnect[],
): number | undefined {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) {
    throw new ReplayError('REPLAY_NOTHING', 'The journals tell of nothing.');
  }
  if (last.atMs - first.atMs <= SHORT_MS) return undefined;
  if (disconnects.length > 0) return disconnects.length;
  throw new ReplayError('REPLAY_NOTHING', 'The client has never lost its link: nothing to replay.');
}

/** What the simulator is asked to live through, at the most: 31 days. */
const LONGEST_MS = 31 * 86_400_000;

function checkLength({ record: { events } }: Aligned): void {
  const lastsMs = (events.at(-1)?.atMs ?? 0) - (events[0]?.atMs ?? 0);
  if (lastsMs <= LONGEST_MS) return;
  const days = Math.round(lastsMs / 86_400_000);
  throw new ReplayError(
    'REPLAY_TOO_LONG',
    `From the dial before the disconnect to its end it is ${days} days; at most 31 are replayed.`,
  );
}

interface Tried {
  readonly story: Story;
  readonly nudged: readonly string[];
  readonly fit: Fit;
  readonly events: readonly RecordedEvent[];
}

type Found = Omit<Replayed, 'disconnects' | 'incident' | 'problems'>;

/** What may be tried next. */
type Other = Pick<Tried, 'nudged' | 'story'>;

class Search {
  private readonly derivation: Derivation;
  private readonly field: readonly Mark[];
  private readonly options: ReplayOptions;
  /** What the journals tell, on the time of the scenario; and the client's alone. */
  private readonly events: readonly RecordedEvent[];
  private readonly client: readonly RecordedEvent[];
  private readonly roles: Roles;
  private readonly limit: number;
  private evaluations = 0;

  constructor(aligned: Aligned, options: ReplayOptions) {
    const { record } = aligned;
    this.options = options;
    this.derivation = derive(aligned);
    this.limit = options.maxEvaluations ?? MAX_EVALUATIONS;
    const isKnown = record.server !== undefined;
    this.roles = { client: CLIENT, ...(isKnown ? { server: SERVER } : {}) };
    const names = { client: record.client, ...(isKnown ? { server: record.server } : {}) };
    const { events, fromMs } = this.derivation;
    this.events = events.map((event) => ({ ...event, atMs: event.atMs - fromMs }));
    this.client = this.events.filter(({ host }) => host === record.client);
    this.field = marksOf(this.events, names as Roles);
  }

  async run(): Promise<Found> {
    const { derivation } = this;
    const chosen = derivation.incidents.map(({ candidates }) => candidates[0] as Candidate);
    let best = await this.inTime(await this.try({ derivation, chosen }, []));
    const settled = new Set<string>();
    while (!best.fit.reproduced && this.evaluations < this.limit) {
      const better = await this.bestOf(best, [...this.others(best, settled), ...this.nudged(best)]);
      if (better === undefined) break;
      best = await this.inTime(better);
    }
    return this.told(best);
  }

  private async told(best: Tried): Promise<Found> {
    const isThorough = this.options.thoroughly === true && best.fit.reproduced;
    const findings = await this.findings(best, isThorough);
    const whole = scenarioOf(best.story);
    return {
      fit: best.fit,
      nudged: best.nudged,
      events: best.events,
      findings,
      scenario: isThorough ? await this.shrunk(whole) : whole,
      knowsServer: this.roles.server !== undefined,
      marks: this.field.length,
      lastsMs: this.untilMs(),
      evaluations: this.evaluations,
      field: this.events,
    };
  }

  /** With its dials when the field had them, where that is no worse. */
  private async inTime(tried: Tried): Promise<Tried> {
    if (tried.fit.reproduced || this.evaluations >= this.limit) return tried;
    const story = resynced(tried.story, this.client, tried.events.filter(isClients));
    const again = await this.try(story, tried.nudged);
    return isBetter(tried.fit, again.fit) ? tried : again;
  }

  /** The best of what is better, of so many as may still be tried. */
  private async bestOf(best: Tried, others: readonly Other[]): Promise<Tried | undefined> {
    let better: Tried | undefined;
    for (const { nudged, story } of others) {
      if (this.evaluations >= this.limit || better?.fit.reproduced === true) break;
      const tried = await this.try(story, nudged);
      if (isBetter(tried.fit, (better ?? best).fit)) better = tried;
    }
    return better;
  }

  /** Another candidate for one of the incidents before the first divergence, the latest first. */
  private others({ fit: { divergence }, nudged, story }: Tried, settled: Set<string>): Other[] {
    const { incidents } = this.derivation;
    const atMs = (divergence?.atMs ?? 0) + this.derivation.fromMs;
    const near = incidents
      .map((incident, index) => ({ incident, index }))
      .filter(({ incident }) => incident.atMs >= atMs - REACH_MS)
      .filter(({ incident }) => incident.fromMs <= atMs)
      .sort((a, b) => b.incident.atMs - a.incident.atMs);
    return near.flatMap(({ incident: { candidates }, index }) =>
      candidates.flatMap((candidate): Other[] => {
        const key = `${index} ${JSON.stringify(candidate.faults)} ${Math.round(atMs)}`;
        if (candidate === story.chosen[index] || settled.has(key)) return [];
        settled.add(key);
        return [{ nudged, story: withOther(story, index, candidate) }];
      }),
    );
  }

  /** What came at once where the two part, in another order. */
  private nudged({ fit: { divergence }, nudged, story }: Tried): Other[] {
    return nudges(story, divergence?.atMs ?? 0).map((nudge) => ({
      nudged: [...nudged, nudge.what],
      story: nudge.story,
    }));
  }

  /** What was behind each incident; and which others it could have been, one at a time. */
  private async findings(best: Tried, isThorough: boolean): Promise<Finding[]> {
    const findings: Finding[] = [];
    const untilRuns = this.evaluations + MAX_COMPARED;
    for (const [index, { atMs, candidates, what }] of this.derivation.incidents.entries()) {
      const chosen = best.story.chosen[index] as Candidate;
      const finding = { what, atMs: atMs - this.derivation.fromMs, chosen, of: candidates.length };
      if (!isThorough || this.evaluations + candidates.length > untilRuns) {
        findings.push(finding);
        continue;
      }
      const others: Candidate[] = [];
      for (const candidate of candidates) {
        if (candidate === chosen) continue;
        const tried = await this.try(withOther(best.story, index, candidate), best.nudged);
        if (tried.fit.reproduced) others.push(candidate);
      }
      findings.push({ ...finding, others });
    }
    return findings;
  }

  /** Without the faults without which the same comes again. */
  private async shrunk(whole: ScenarioInput): Promise<ScenarioInput> {
    const untilRuns = this.evaluations + MAX_SHRINKING;
    const faults = await ddmin(whole.faults ?? [], async (some) => {
      if (this.evaluations >= untilRuns) return false;
      return (await this.play({ ...whole, faults: [...some] })).fit.reproduced;
    });
    return { ...whole, faults: [...faults] };
  }

  private async try(story: Story, nudged: readonly string[]): Promise<Tried> {
    return { story, nudged, ...(await this.play(scenarioOf(story))) };
  }

  private async play(scenario: ScenarioInput): Promise<Pick<Tried, 'events' | 'fit'>> {
    this.evaluations += 1;
    this.options.onProgress?.(`${this.evaluations} runs`);
    const events = await played(scenario);
    return { events, fit: fit(this.field, marksOf(events, this.roles), this.untilMs()) };
  }

  private untilMs(): number {
    return this.derivation.untilMs - this.derivation.fromMs;
  }
}

function isClients({ host }: RecordedEvent): boolean {
  return host === CLIENT;
}

/** What parts later is better, also where nothing of the field lies between. */
function isBetter(one: Fit, other: Fit): boolean {
  if (one.score !== other.score) return one.score > other.score;
  return (one.divergence?.atMs ?? Infinity) > (other.divergence?.atMs ?? Infinity) + NEAR_MS;
}

function withOther({ chosen, derivation }: Story, index: number, candidate: Candidate): Story {
  return { derivation, chosen: chosen.map((each, at) => (at === index ? candidate : each)) };
}

/** Runs a scenario, and has what its hosts would have in their journals. */
async function played(scenario: ScenarioInput): Promise<RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  await simulate(scenario, { seed: 1, keepEvents: 0, onEvent: (event) => events.push(event) });
  return toldOf(events);
}
