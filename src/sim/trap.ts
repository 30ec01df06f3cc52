/**
 * The fence around a run. Whatever reaches past a port for time, chance or the event loop is caught
 * here: it is recorded with its call site, and answered from the virtual world so that the run
 * stays the same.
 *
 * `ws` alone is let through, to the clock of the host that runs: it sets a timer in `close()`.
 *
 * Globals are replaced, which catches what is called; `async_hooks` catches what code has kept from
 * before: a real timer, socket, file or DNS request shows when its resource is made.
 */
import { createHook, type AsyncHook } from 'node:async_hooks';
import crypto from 'node:crypto';

import { isOwnUse } from './event-loop';

export interface TrapOptions {
  /** The clock of the host that runs, for timers that a library sets by itself. */
  readonly setTimeout: (callback: () => void, delayMs: number) => object;
  readonly clearTimeout: (timer: object) => void;
  /** The time of day of the host that runs. */
  readonly wallTime: () => number;
  readonly random: () => number;
  /** Something reached past a port. `site` is the nearest call site: file, line and column. */
  readonly onSprung: (what: string, site: string) => void;
}

/** Libraries that may set timers: their timers are the host's. */
const MAY_SET_TIMERS = /node_modules\/ws\//;

/** Resources that only the world outside a simulation has. */
const FOREIGN_RESOURCES: ReadonlySet<string> = new Set([
  'DNSCHANNEL',
  'FILEHANDLE',
  'FSREQCALLBACK',
  'FSREQPROMISE',
  'GETADDRINFOREQWRAP',
  'GETNAMEINFOREQWRAP',
  'Immediate',
  'PIPEWRAP',
  'PROCESSWRAP',
  'QUERYWRAP',
  'RANDOMBYTESREQUEST',
  'TCPCONNECTWRAP',
  'TCPSERVERWRAP',
  'TCPWRAP',
  'TLSWRAP',
  'Timeout',
  'UDPWRAP',
  'WORKER',
]);

type Globals = Record<string, unknown>;

export class Trap {
  private readonly options: TrapOptions;
  private readonly undo: (() => void)[] = [];
  private readonly hook: AsyncHook;

  constructor(options: TrapOptions) {
    this.options = options;
    this.hook = createHook({
      init: (_id, type) => {
        if (FOREIGN_RESOURCES.has(type) && !isOwnUse()) this.resourceMade(type);
      },
    });
  }

  arm(): void {
    this.trapTimers();
    this.trapTime();
    this.trapChance();
    for (const name of ['fetch', 'WebSocket']) {
      this.replace(globalThis, name, this.trapped(name, unavailable));
    }
    this.hook.enable();
  }

  disarm(): void {
    this.hook.disable();
    while (this.undo.length > 0) this.undo.pop()?.();
  }

  private trapTimers(): void {
    const { clearTimeout, setTimeout } = this.options;
    type Callback = (...args: unknown[]) => void;
    const set = (callback: Callback, delayMs = 1, ...args: unknown[]): object =>
      setTimeout(() => callback(...args), delayMs);
    this.replace(globalThis, 'setTimeout', this.trapped('setTimeout', set, MAY_SET_TIMERS));
    this.replace(globalThis, 'setInterval', this.trapped('setInterval', set));
    this.replace(
      globalThis,
      'setImmediate',
      this.trapped('setImmediate', (callback: Callback, ...args: unknown[]) =>
        set(callback, 1, ...args),
      ),
    );
    for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
      this.replace(globalThis, name, (timer: unknown) => {
        if (typeof timer === 'object' && timer !== null) clearTimeout(timer);
      });
    }
  }

  private trapTime(): void {
    const { wallTime } = this.options;
    const now = this.trapped('Date.now', wallTime);
    const spring = (what: string): void => this.spring(what);
    const TrappedDate = new Proxy(Date, {
      apply: (RealDate) => {
        spring('Date()');
        return new RealDate(wallTime()).toString();
      },
      construct: (RealDate, args: [], newTarget) => {
        if (args.length > 0) return Reflect.construct(RealDate, args, newTarget) as Date;
        spring('new Date()');
        return Reflect.construct(RealDate, [wallTime()], newTarget) as Date;
      },
      get: (RealDate, name) => (name === 'now' ? now : (Reflect.get(RealDate, name) as unknown)),
    });
    this.replace(globalThis, 'Date', TrappedDate);
    this.replace(performance, 'now', this.trapped('performance.now', wallTime));
    this.replace(
      process,
      'hrtime',
      Object.assign(
        this.trapped('process.hrtime', () => [Math.floor(wallTime() / 1000), 0]),
        { bigint: this.trapped('process.hrtime.bigint', () => BigInt(wallTime()) * 1_000_000n) },
      ),
    );
    this.replace(
      process,
      'uptime',
      this.trapped('process.uptime', () => wallTime() / 1000),
    );
  }

  private trapChance(): void {
    const { random } = this.options;
    const uuid = (): string =>
      '00000000-0000-4000-8000-000000000000'.replace(/0/g, () =>
        Math.floor(random() * 16).toString(16),
      );
    const fill = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => {
      for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
      return bytes;
    };
    this.replace(Math, 'random', this.trapped('Math.random', random));
    // What `ws` draws is not meant: it has kept its own `randomBytes`, see `seeded-crypto.ts`.
    this.trapCrypto('randomBytes', (size: number) => fill(Buffer.alloc(size)));
    this.trapCrypto('randomFillSync', fill);
    this.trapCrypto('randomInt', (max: number) => Math.floor(random() * max));
    this.trapCrypto('randomUUID', uuid);
    const web = globalThis.crypto;
    this.replace(web, 'randomUUID', this.trapped('crypto.randomUUID', uuid));
    this.replace(web, 'getRandomValues', this.trapped('crypto.getRandomValues', fill));
  }

  private trapCrypto<Args extends never[]>(name: string, answer: (...args: Args) => unknown): void {
    this.replace(crypto, name, this.trapped(`crypto.${name}`, answer));
  }

  private replace(owner: object, name: string, value: unknown): void {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { configurable: true, writable: true, value });
    this.undo.push(() => {
      if (before === undefined) delete (owner as Globals)[name];
      else Object.defineProperty(owner, name, before);
    });
  }

  private trapped<Args extends never[], Result>(
    what: string,
    answer: (...args: Args) => Result,
    letThrough?: RegExp,
  ): (...args: Args) => Result {
    return (...args) => {
      if (letThrough?.test(callerFile()) !== true) this.options.onSprung(what, callSite());
      return answer(...args);
    };
  }

  /** Node makes an immediate of its own after an uncaught error, called by nobody. */
  private resourceMade(type: string): void {
    const site = callSite();
    if (type === 'Immediate' && site === NOBODY) return;
    this.options.onSprung(`async resource ${type}`, site);
  }

  private spring(what: string): void {
    this.options.onSprung(what, callSite());
  }
}

const FRAMES_LOOKED_AT = 10;

/** The call site of what Node does by itself. */
const NOBODY = 'unknown';

function unavailable(): never {
  throw new Error('Not available inside a simulation.');
}

/** The file of the nearest frame of the stack outside this file and outside Node. */
function callerFile(): string {
  const { prepareStackTrace, stackTraceLimit } = Error;
  // Frames as data: as text they cost ten times as much.
  Error.prepareStackTrace = (_, frames) => frames;
  Error.stackTraceLimit = FRAMES_LOOKED_AT;
  const frames = new Error().stack as unknown as readonly NodeJS.CallSite[];
  Error.stackTraceLimit = stackTraceLimit;
  Error.prepareStackTrace = prepareStackTrace;
  const files = frames.map((frame) => frame.getFileName() ?? '');
  return files.find((file) => file !== __filename && !file.startsWith('node:')) ?? NOBODY;
}

/**
 * The nearest frame of the stack outside this file and outside Node, whose lines are not the same
 * in every version; without what differs between machines.
 */
function callSite(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES_LOOKED_AT;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const outside = frames.find(
    (frame) => !frame.includes(__filename) && !/\(node:|at node:/.test(frame),
  );
  const place = outside?.match(/\(?([^\s()]+:\d+:\d+)\)?$/)?.[1] ?? NOBODY;
  return place.replace(/^.*?((?:node_modules|src|test|scenarios|dist)\/)/, '$1');
}
