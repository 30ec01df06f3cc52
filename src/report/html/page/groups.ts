import type { Outcome } from '../../../sim/expectation';
import type { HeardSound, Trace } from '../trace';
import { span } from './clock';
import type { EventView } from './event-view';
import { HostLanes } from './host-lanes';
import {
  isEmpty,
  lane,
  rowCount,
  Rows,
  shortened,
  type Group,
  type Lane,
  type Span,
  type Wave,
} from './lane';

/** Where in the run time is: safety, liveness, shutdown, afterwards. */
export interface Phase {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** All that a time line of one recording shows. */
export interface Picture {
  readonly startMs: number;
  readonly endMs: number;
  readonly phases: readonly Phase[];
  readonly groups: readonly Group[];
}

export const NO_PICTURE: Picture = { startMs: 0, endMs: 1, phases: [], groups: [] };

/** The world's own recorder. */
const WORLD = 'world';
const ROW_HEIGHT = 15;

/** Reads a recording once, and says what is to be drawn of it. */
export function pictureOf(
  view: EventView,
  { heard, leftOut, sounds }: Omit<Trace, 'events'>,
  outcomes: readonly Outcome[],
): Picture {
  const startMs = leftOut > 0 ? view.at(0) : Math.min(0, view.at(0));
  const endMs = Math.max(startMs + 1, view.at(view.count - 1));
  const all = { heard: new Map(Object.entries(heard)), sounds: new Map(Object.entries(sounds)) };
  const hosts = new Map<string, HostLanes>();
  const world = new WorldLanes(view);
  for (let index = 0; index < view.count; index += 1) {
    const host = view.host(index);
    if (host === WORLD) {
      world.add(index);
      continue;
    }
    let lanes = hosts.get(host);
    if (lanes === undefined) hosts.set(host, (lanes = new HostLanes(host, view)));
    lanes.add(index);
  }
  const groups = [...hosts.values()].map((each) => groupOf(each, all, endMs));
  const bounds = { title: 'expected', note: 'within a time', lanes: boundLanes(outcomes) };
  const shown = [world.close(endMs), ...groups.sort(byPlace), bounds];
  const isSeen = ({ head, lanes }: Group): boolean => head !== undefined || lanes.length > 0;
  return { startMs, endMs, phases: world.phases, groups: shown.filter(isSeen) };
}

interface Sounds {
  readonly heard: ReadonlyMap<string, readonly HeardSound[]>;
  readonly sounds: ReadonlyMap<string, string>;
}

function groupOf(host: HostLanes, sounds: Sounds, endMs: number): Group {
  const { head, lanes } = host.close(endMs);
  const shown = used(lanes).map((each) => withSounds(each, host.host, sounds));
  return { title: shortened(host.host), note: shortened(host.program), head, lanes: shown };
}

/** `pi-9` comes before `pi-10`. */
const NAMES = new Intl.Collator('en', { numeric: true });

/** A person stands before the Pi, and the Pi before the server. */
function byPlace(one: Group, other: Group): number {
  const rank = ({ lanes }: Group): number =>
    lanes.some(({ title }) => title === 'client' || title === 'user') ? 0 : 1;
  return rank(one) - rank(other) || NAMES.compare(one.title, other.title);
}

function used(lanes: readonly Lane[]): Lane[] {
  return lanes.filter((each) => !isEmpty(each)).map(heightened);
}

/** A lane in which spans overlap is so many rows high. */
function heightened(each: Lane): Lane {
  const rows = rowCount(each.spans);
  return rows === 1 ? each : { ...each, height: Math.max(each.height, rows * ROW_HEIGHT) };
}

/** The microphone's waves have the names of sounds so far, the speaker none. */
function withSounds(each: Lane, host: string, { heard, sounds }: Sounds): Lane {
  if (each.title === 'microphone') {
    const waves = each.waves.map((wave) => ({ ...wave, peaks: sounds.get(wave.peaks) ?? '' }));
    return { ...each, waves };
  }
  if (each.title !== 'speaker') return each;
  const starts = each.marks.filter(({ label }) => label === 'speaker.started');
  const waves = (heard.get(host) ?? []).map((sound, nth): Wave => ({
    ...sound,
    tone: 'answer',
    event: starts[nth]?.event ?? -1,
  }));
  return { ...each, waves };
}

/** Faults, phases, and what is on the wire. */
class WorldLanes {
  readonly phases: Phase[] = [];
  private readonly view: EventView;
  private readonly faults = lane('faults', 24, 'What is done to hosts, links and devices');
  private readonly other = lane('simulator', 16, 'What only the simulator knows');
  private readonly begun = new Map<string, Omit<Span, 'toMs' | 'row'>>();
  private readonly rows = new Rows();

  constructor(view: EventView) {
    this.view = view;
  }

  add(index: number): void {
    const type = this.view.type(index);
    const atMs = this.view.at(index);
    const id = this.view.text(index, 'id');
    if (type === 'fault.began') {
      const hosts = this.view.value(index, 'hosts');
      const where = Array.isArray(hosts) ? hosts.join(' - ') : '';
      const fault = this.view.text(index, 'fault').replaceAll('_', ' ');
      const label = shortened(`${fault}: ${where}`);
      this.begun.set(id, { fromMs: atMs, label, tone: 'bad', event: index, hatched: true });
    } else if (type === 'fault.ended') this.end(id, atMs);
    else if (type === 'phase.changed') this.enter(this.view.text(index, 'phase'), atMs);
    else if (!type.startsWith('wire.') && type !== 'run.started') {
      this.other.marks.push({ atMs, event: index, glyph: 'dot', tone: 'note', label: type });
    }
  }

  close(endMs: number): Group {
    for (const id of [...this.begun.keys()]) this.end(id, endMs);
    this.leave(endMs);
    const lanes = used([this.other]);
    const [head] = used([this.faults]);
    return { title: 'faults', note: '', lanes, ...(head === undefined ? {} : { head }) };
  }

  /** What is over at once is a mark. */
  private end(id: string, toMs: number): void {
    const span = this.begun.get(id);
    if (span === undefined) return;
    this.begun.delete(id);
    const { event, fromMs, label, tone } = span;
    if (toMs === fromMs) {
      this.faults.marks.push({ atMs: toMs, event, glyph: 'flag', tone, label });
    } else {
      const { spans } = this.faults;
      spans.push({ ...span, toMs, row: this.rows.take(spans, fromMs, toMs) });
    }
  }

  private enter(name: string, atMs: number): void {
    this.leave(atMs);
    this.phases.push({ name, fromMs: atMs, toMs: Infinity });
  }

  private leave(toMs: number): void {
    const last = this.phases.pop();
    if (last !== undefined) this.phases.push({ ...last, toMs });
  }
}

/** What had to happen within a time: from what began it to what ended it, and how long it might. */
function boundLanes(outcomes: readonly Outcome[]): Lane[] {
  return outcomes.flatMap(({ expected, pairs = [], seen, that }) => {
    if (pairs.length === 0) return [];
    const rows = new Rows();
    const each = lane(that, 18, `${that}: ${expected}; seen: ${seen}`);
    for (const { atMostMs, fromMs, holds, toMs } of pairs) {
      const boundMs = fromMs + atMostMs;
      const row = rows.take(each.spans, fromMs, Math.max(boundMs, toMs));
      const tone = holds ? 'answer' : 'bad';
      const label = `${span(toMs - fromMs)}, within ${span(atMostMs)}`;
      each.spans.push({ fromMs, toMs, label, tone, event: -1, row, boundMs });
    }
    return [heightened(each)];
  });
}
