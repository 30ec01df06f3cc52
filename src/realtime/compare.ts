import { isDurable, type RecordedEvent } from '../events';

/** How far two worlds agree about a scenario. */
export interface Agreement {
  /** Events that were compared. */
  readonly events: number;
  /** The difference in time that comes nearest to what is allowed, in real milliseconds ... */
  readonly largestMs: number;
  /** ... what is allowed there, and where that is. */
  readonly allowedMs: number;
  readonly where: string;
  /** What they do not agree about; the first of it for each host. */
  readonly disagreements: readonly string[];
}

/** Transient events that a person would miss. */
const TELLING: ReadonlySet<string> = new Set([
  ...['link.open', 'link.closing', 'link.closed'],
  ...['microphone.opened', 'microphone.listening', 'speaker.started', 'speaker.silent'],
]);

/** What else is told where nothing but real kernels lies between: they decide when it happens. */
const HEARTBEATS: ReadonlySet<string> = new Set(['heartbeat.sent', 'heartbeat.pong']);

/** What may have waited for a kernel to send something again. */
const RESENT: ReadonlySet<string> = new Set(['link.open', 'heartbeat.pong']);
/** A long timer of Linux is late by up to an eighth of its length (`kernel/time/timer.c`). */
const KERNEL_LATENESS = 1 / 8;

/** A process takes a while to start, and who waits for it as well. */
const STARTING: ReadonlySet<string> = new Set(['host.started', 'server.listening']);

/** Fields that say what happened, and are no time, no amount and no name that chance has given. */
const FIELDS = [
  ...['machine', 'from', 'to', 'cause', 'label', 'initiator', 'code', 'attempt', 'message'],
  ...['reason', 'how', 'trigger', 'purpose', 'failure', 'cue', 'protocol', 'error'],
] as const;

export interface CompareOptions {
  /** Real milliseconds for a millisecond of the story. */
  readonly scale: number;
  /** How far times may differ, in real milliseconds. */
  readonly toleranceMs: number;
  /**
   * The real hosts are processes with kernels of their own: they take time to start, draw waits of
   * their own, and their kernels' timers are coarse.
   */
  readonly asProcesses?: boolean;
}

/**
 * What each host observed, in the virtual world and in the real one: the same events in the same
 * order, and from each to the next the same time but for `toleranceMs` of real time. What concerns
 * different devices has no order, because nothing but the scheduler gives it one.
 */
export function compare(
  virtual: readonly RecordedEvent[],
  real: readonly RecordedEvent[],
  options: CompareOptions,
): Agreement {
  const { asProcesses = false, scale, toleranceMs } = options;
  const [expected, seen] = [threadsOf(virtual, asProcesses), threadsOf(real, asProcesses)];
  const nearMs = Number.isFinite(toleranceMs) ? toleranceMs / scale : 0;
  const disagreements: string[] = [];
  const late: string[] = [];
  let events = 0;
  let largest = { largestMs: 0, allowedMs: toleranceMs, where: '' };
  for (const name of new Set([...expected.keys(), ...seen.keys()])) {
    const one = expected.get(name) ?? [];
    const other = inExpectedOrder(one, seen.get(name) ?? [], nearMs);
    events += one.length;
    const parting = firstDifference(one, other);
    if (parting !== undefined) disagreements.push(`${name}: ${parting}`);
    for (let at = 1; at < Math.min(one.length, other.length); at += 1) {
      if (parting !== undefined && describe(one[at]) !== describe(other[at])) break;
      if (asProcesses && hangsByAStart(one, at)) continue;
      const differsMs = Math.abs(sinceLast(one, at) - sinceLast(other, at)) * scale;
      const where = `${name}, ${describe(one[at])}, at ${Math.round(one[at]?.atMs ?? 0)} ms`;
      const allowedMs = toleranceMs + (asProcesses ? kernelLatenessMs(one, at) : 0);
      if (differsMs > allowedMs)
        late.push(`${where}: ${differsMs.toFixed(1)} ms of real time apart`);
      if (differsMs / allowedMs <= largest.largestMs / largest.allowedMs) continue;
      largest = { largestMs: differsMs, allowedMs, where };
    }
  }
  return { events, ...largest, disagreements: [...disagreements, ...late.slice(0, 1)] };
}

type Thread = RecordedEvent[];

/** What is told by each host about each device, in order. */
function threadsOf(events: readonly RecordedEvent[], withHeartbeats: boolean): Map<string, Thread> {
  const threads = new Map<string, Thread>();
  const deviceOf = new Map<string, string>();
  for (const event of events) {
    const device = deviceOfEvent(event, deviceOf);
    const isTold = isDurable(event.type) || TELLING.has(event.type);
    if (!isTold && !(withHeartbeats && HEARTBEATS.has(event.type))) continue;
    if (event.host.startsWith('toxiproxy-')) continue;
    const name = nameOfThread(event, device);
    const thread = threads.get(name);
    if (thread === undefined) threads.set(name, [event]);
    else thread.push(event);
  }
  return threads;
}

/** Who is refused at the door has no name: there is an order only in each kind of refusal. */
function nameOfThread(event: RecordedEvent, device: string | undefined): string {
  if (event.type === 'link.refused') return `${event.host} refusing, ${event.reason}`;
  return device === undefined ? event.host : `${event.host} about ${device}`;
}

/** A server's connections, sessions and engines belong to a device; a client has only its own. */
function deviceOfEvent(event: RecordedEvent, deviceOf: Map<string, string>): string | undefined {
  const fields = event as Readonly<Record<string, unknown>> & RecordedEvent;
  const names = ['connection', 'session', 'engine'].flatMap((key) =>
    typeof fields[key] === 'string' ? [`${event.host} ${key} ${fields[key]}`] : [],
  );
  const told = typeof fields['device'] === 'string' ? fields['device'] : undefined;
  const device = told ?? names.map((name) => deviceOf.get(name)).find((each) => each !== undefined);
  if (device !== undefined) for (const name of names) deviceOf.set(name, device);
  return device;
}

/**
 * The thread in the expected order, where only such events have changed places as scheduling may
 * swap: they are of different turns of the event loop, and virtually nearer than the tolerance.
 */
function inExpectedOrder(expected: Thread, seen: Thread, nearMs: number): Thread {
  const ordered: Thread = [];
  const rest = [...seen];
  for (const [at, one] of expected.entries()) {
    const place = rest.findIndex((each) => describe(each) === describe(one));
    if (place === -1) break;
    const mayPass = (other: RecordedEvent): boolean => {
      const later = expected.slice(at).find((each) => describe(each) === describe(other));
      return later !== undefined && later.step !== one.step && later.atMs - one.atMs <= nearMs;
    };
    if (!rest.slice(0, place).every(mayPass)) break;
    ordered.push(...rest.splice(place, 1));
  }
  return [...ordered, ...rest];
}

function firstDifference(expected: Thread, seen: Thread): string | undefined {
  for (let at = 0; at < Math.max(expected.length, seen.length); at += 1) {
    const [one, other] = [describe(expected[at]), describe(seen[at])];
    if (one === other) continue;
    const atMs = Math.round((expected[at] ?? seen[at])?.atMs ?? 0);
    return `event ${at + 1}, at ${atMs} ms: virtually '${one}', really '${other}'`;
  }
  return undefined;
}

function describe(event: RecordedEvent | undefined): string {
  if (event === undefined) return 'nothing';
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const said = FIELDS.flatMap((name) => (fields[name] === undefined ? [] : [String(fields[name])]));
  return [event.type, ...said].join(' ');
}

/** From the event before; to a dial from the end of the wait that was drawn and told before it. */
function sinceLast(thread: Thread, at: number): number {
  const event = thread[at];
  const atMs = event?.atMs ?? 0;
  if (event?.type === 'state.changed' && event.cause === 'dial') {
    const wait = thread.slice(0, at).findLast(({ type }) => type === 'backoff.scheduled');
    if (wait?.type === 'backoff.scheduled') return atMs - wait.atMs - wait.delayMs;
  }
  return atMs - (thread[at - 1]?.atMs ?? 0);
}

/** When a device comes is told where it dials: at the server that hangs by its start and waits. */
function hangsByAStart(thread: Thread, at: number): boolean {
  const [last, event] = [thread[at - 1], thread[at]];
  if (last === undefined || event === undefined || event.type === 'link.accepted') return true;
  return STARTING.has(last.type) || last.boot !== event.boot || isCold(thread, at);
}

/** Code that runs for the first time is compiled: so until a program's first connection is up. */
function isCold(thread: Thread, at: number): boolean {
  const boot = thread[at]?.boot;
  const before = thread.slice(0, at).filter((event) => event.boot === boot);
  const hasDialled = before.some(({ type }) => type === 'link.dialing');
  return hasDialled && !before.some(({ type }) => type === 'link.connected');
}

function kernelLatenessMs(thread: Thread, at: number): number {
  const isResent = RESENT.has(thread[at]?.type ?? '');
  return isResent ? Math.max(0, sinceLast(thread, at)) * KERNEL_LATENESS : 0;
}
