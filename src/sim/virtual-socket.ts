/**
 * A Duplex that behaves as `net.Socket` does towards `http`, `ws` and everyone else.
 *
 *   program  <->  VirtualSocket  <->  Wire: the kernel's end of the connection
 *
 * What Node does in user land is here: writes wait for `connect`, the stream has a buffer of its
 * own, errors have Node's shape. What the operating system does is behind {@link Wire}.
 */
import { Duplex } from 'node:stream';
import { constants } from 'node:os';

/** Node's mark since version 22, set here so that a run is the same on every version. */
const HIGH_WATER_MARK_BYTES = 65_536;

/** What the kernel has for a program that reads. */
export type Inbound =
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'fin' }
  | { readonly kind: 'error'; readonly code: ErrorCode };

/** The kernel's end of a connection, as a socket sees it. */
export interface Wire {
  /** Takes bytes for good; `done` is called once the send buffer has room. */
  write(bytes: Buffer, done: (code?: ErrorCode) => void): void;
  /** FIN, after all that was written. */
  end(): void;
  /** The next thing that waits to be read. */
  read(): Inbound | undefined;
  /** FIN, or RST where data waits that nobody read. */
  close(): void;
  /** RST. */
  reset(): void;
}

/** What a socket needs of its host. */
export interface SocketHost {
  /** Calls back later in virtual time, and as the host's program. Returns how to take it back. */
  after(delayMs: number, run: () => void): () => void;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Codes of `node:os`, where `getaddrinfo` adds its own. */
export type ErrorCode =
  | 'EAI_AGAIN'
  | 'EADDRINUSE'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EHOSTUNREACH'
  | 'ENOTFOUND'
  | 'EPIPE'
  | 'ETIMEDOUT';

export interface VirtualSocketOptions {
  readonly host: SocketHost;
  /** As in `net.Socket`: whether the stream can be written on after the peer's FIN. */
  readonly allowHalfOpen: boolean;
  /** Whether it was dialled, and so is connected later; an accepted one is at once. */
  readonly dialled: boolean;
  /** Told once, when the stream is destroyed, before the wire is closed. */
  readonly onDestroyed: () => void;
}

/** What is left of a wire when its program has been killed. */
const DEAD_WIRE: Wire = {
  write: () => undefined,
  end: () => undefined,
  read: () => undefined,
  close: () => undefined,
  reset: () => undefined,
};

export class VirtualSocket extends Duplex {
  connecting: boolean;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
  remoteFamily: string | undefined;
  localAddress: string | undefined;
  localPort: number | undefined;
  bytesRead = 0;
  bytesWritten = 0;
  /** The inactivity timeout in milliseconds; undefined where there is none. */
  timeout: number | undefined;
  readonly #options: VirtualSocketOptions;
  #wire: Wire | undefined;
  /** A write or an end that waits for `connect`. */
  #held: ((error?: Error) => void) | undefined;
  #resetting = false;
  #hadError = false;
  #finRead = false;
  /** Whether the stream has asked for more than it got. */
  #reading = false;
  #stopIdleTimer = (): void => undefined;

  constructor(options: VirtualSocketOptions) {
    super({
      allowHalfOpen: options.allowHalfOpen,
      highWaterMark: HIGH_WATER_MARK_BYTES,
      decodeStrings: true,
    });
    this.#options = options;
    this.connecting = options.dialled;
  }

  get pending(): boolean {
    return this.#wire === undefined;
  }

  /** For the network: the connection is up. One that was dialled emits `connect`. */
  establish(wire: Wire, local: Endpoint, remote: Endpoint): void {
    this.#wire = wire;
    this.connecting = false;
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.remoteFamily = 'IPv4';
    this.#active();
    this.#release();
    if (!this.#options.dialled) return;
    this.emit('connect');
    this.emit('ready');
  }

  /** For the network: reading begins, as in Node before anyone listens. */
  begin(): void {
    if (!this.destroyed && !this.isPaused()) this.read(0);
  }

  /** For the network: the program is dead, and nothing of the stream acts any more. */
  revoke(): void {
    this.#stopIdleTimer();
    this.#held = undefined;
    this.#wire = DEAD_WIRE;
  }

  /** For the network: something new may be read. */
  wake(): void {
    if (!this.destroyed && this.#reading) this.#pull();
  }

  override _read(): void {
    this.#reading = true;
    if (this.#wire !== undefined) this.#pull();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    // A copy, because `ws` uses its buffers again.
    this.#send(Buffer.from(chunk), done);
  }

  /** One segment for all that waits: `ws` writes the head of a frame and its payload apart. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error) => void): void {
    if (this.#wire === undefined) {
      this.#hold((error) => (error === undefined ? this._final(done) : done(error)));
      return;
    }
    this.#wire.end();
    // Node learns later that the kernel has taken the FIN.
    void Promise.resolve().then(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopIdleTimer();
    this.connecting = false;
    this.#hadError = error !== null;
    this.#options.onDestroyed();
    if (this.#resetting) this.#wire?.reset();
    else this.#wire?.close();
    done(error);
    if (this.#held !== undefined) {
      this.#release(codedError('ERR_SOCKET_CLOSED_BEFORE_CONNECTION'));
    }
  }

  /** As in Node `close` tells whether there was an error. */
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event === 'close') return super.emit(event, this.#hadError);
    return super.emit(event, ...values);
  }

  /** Destroys the stream once all that was written is with the kernel. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** RST instead of FIN. While connecting it waits for `connect`. */
  resetAndDestroy(): this {
    this.#resetting = true;
    if (this.connecting) this.once('connect', () => this.destroy());
    else this.destroy();
    return this;
  }

  /** Emits `timeout` after this long without a byte either way, in virtual time; 0 for never. */
  setTimeout(delayMs: number, callback?: () => void): this {
    this.timeout = delayMs === 0 ? undefined : delayMs;
    if (callback !== undefined && delayMs === 0) this.off('timeout', callback);
    if (callback !== undefined && delayMs !== 0) this.once('timeout', callback);
    this.#active();
    return this;
  }

  /** Nagle's algorithm is not modelled. */
  setNoDelay(): this {
    return this;
  }

  /** Keep-alive probes are not modelled. */
  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  address(): { address?: string; port?: number; family?: string } {
    if (this.localAddress === undefined || this.localPort === undefined) return {};
    return { address: this.localAddress, port: this.localPort, family: 'IPv4' };
  }

  #pull(): void {
    while (this.#reading && !this.destroyed) {
      const inbound = this.#wire?.read();
      if (inbound === undefined) return;
      this.#take(inbound);
    }
  }

  #take(inbound: Inbound): void {
    this.#active();
    switch (inbound.kind) {
      case 'data':
        this.bytesRead += inbound.bytes.length;
        this.#reading = this.push(inbound.bytes);
        return;
      case 'fin':
        this.#finRead = true;
        this.push(null);
        // `end` comes even where nobody reads, if there is nothing left to read.
        if (this.readableLength === 0) this.read(0);
        return;
      case 'error':
        // After EOF Node reads no more: it meets the error when it writes.
        if (!this.#finRead) this.destroy(systemError('read', inbound.code));
        return;
      default:
        inbound satisfies never;
    }
  }

  #send(bytes: Buffer, done: (error?: Error) => void): void {
    const wire = this.#wire;
    if (wire === undefined) {
      this.#hold((error) => (error === undefined ? this.#send(bytes, done) : done(error)));
      return;
    }
    this.#active();
    this.bytesWritten += bytes.length;
    wire.write(bytes, (code) => done(code === undefined ? undefined : systemError('write', code)));
  }

  #hold(run: (error?: Error) => void): void {
    this.#held = run;
  }

  #release(error?: Error): void {
    const held = this.#held;
    this.#held = undefined;
    held?.(error);
  }

  #active(): void {
    this.#stopIdleTimer();
    if (this.timeout === undefined || this.destroyed) return;
    this.#stopIdleTimer = this.#options.host.after(Math.ceil(this.timeout), () => {
      this.emit('timeout');
    });
  }
}

/** An error as Node makes it of a system call that failed. */
export function systemError(syscall: string, code: ErrorCode, remote?: Endpoint): Error {
  const where = remote === undefined ? '' : ` ${remote.address}:${remote.port}`;
  const error = new Error(`${syscall} ${code}${where}`);
  const place = remote === undefined ? {} : { address: remote.address, port: remote.port };
  return Object.assign(error, { errno: errnoOf(code), code, syscall, ...place });
}

/** An error as Node makes it of a name that could not be resolved. */
export function lookupError(code: ErrorCode, hostname: string): Error {
  const error = new Error(`getaddrinfo ${code} ${hostname}`);
  return Object.assign(error, { errno: errnoOf(code), code, syscall: 'getaddrinfo', hostname });
}

/** Negative, as libuv has it. The two of `getaddrinfo` are libuv's own (`uv/errno.h`). */
function errnoOf(code: ErrorCode): number {
  if (code === 'EAI_AGAIN') return -3001;
  if (code === 'ENOTFOUND') return -3008;
  return -constants.errno[code];
}

function codedError(code: string): Error {
  return Object.assign(new Error('Socket closed before the connection established'), { code });
}
