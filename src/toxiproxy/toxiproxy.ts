/**
 * Toxiproxy 2.12 of our own: TCP proxies that do harm, on the `Clock`, `Random` and `Sockets`
 * ports, and so in virtual time as well as on loopback. `docs/faults.md` has what each toxic does,
 * and what is different from the original on purpose.
 *
 *   Toxiproxy       the collection of proxies; drive it directly or by `api.ts` (`toxiproxy.ts`)
 *   Proxy           a listener, its connections and its toxics (`proxy.ts`, `toxic-chains.ts`)
 *   Connection      client and server, a link each way (`connection.ts`)
 *   Link            reader, stages, writer of one direction (`link.ts`, `source-reader.ts`)
 *   RunningStage    a toxic at work: run anew at each change (`running-stage.ts`, `channel.ts`)
 *   ToxicKind       what a toxic computes (`toxic.ts`); one a file, and all in `toxics/registry.ts`
 *   API             Toxiproxy's HTTP API (`api.ts`) and JSON as Go reads it (`go-json.ts`)
 */
import { Proxy, type ProxyPorts, type ProxySettings } from './proxy';
import type { ToxicChange, ToxicSettings, ToxicView } from './toxic-chains';
import { ToxiproxyError } from './toxiproxy-error';

/** The version whose behaviour this is. */
export const TOXIPROXY_VERSION = '2.12.0';

/** A proxy to be made. */
export interface NewProxy extends Omit<ProxySettings, 'listen'> {
  /** `host:port`. Default: any free port of all interfaces. */
  readonly listen?: string | undefined;
  /** Whether it listens at once; default true. */
  readonly enabled?: boolean | undefined;
}

/** What of a proxy can be changed. */
export type ProxyChange = Partial<Omit<NewProxy, 'name'>>;

/** A proxy as the HTTP API shows it. */
export interface ProxyView extends ProxySettings {
  readonly enabled: boolean;
  readonly toxics: readonly ToxicView[];
}

/** Some entry could not be made: those before it were. */
export class PopulateError extends ToxiproxyError {
  constructor(
    { status, message }: ToxiproxyError,
    readonly proxies: readonly ProxyView[],
  ) {
    super(status, message);
  }
}

/**
 * The proxies by name. Every method throws or rejects with a {@link ToxiproxyError} that has the
 * status and the text of Toxiproxy. What listens or closes is asynchronous and goes one at a time,
 * in the order of the calls; toxics change at once.
 */
export class Toxiproxy {
  readonly #ports: ProxyPorts;
  readonly #proxies = new Map<string, Proxy>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: ProxyPorts) {
    this.#ports = ports;
  }

  /** In the order of their names. */
  list(): ProxyView[] {
    const byName = (a: Proxy, b: Proxy): number => (a.name < b.name ? -1 : 1);
    return [...this.#proxies.values()].sort(byName).map(viewOf);
  }

  /** @throws {ToxiproxyError} (404) */
  get(name: string): ProxyView {
    return viewOf(this.#find(name));
  }

  /** Connections that are open or being made, of all proxies. */
  connections(): number {
    return [...this.#proxies.values()].reduce((sum, proxy) => sum + proxy.connections, 0);
  }

  /** Rejects with 400, 409 or 500; then nothing was made. */
  create(settings: NewProxy): Promise<ProxyView> {
    return this.#inTurn(() => this.#create(settings));
  }

  /**
   * Other addresses close every connection; the same ones change nothing. Where the new address
   * cannot be bound (500) the proxy is left disabled, and keeps it.
   */
  update(name: string, change: ProxyChange): Promise<ProxyView> {
    return this.#inTurn(async () => {
      const proxy = this.#find(name);
      const { listen = proxy.listen, upstream = proxy.upstream, enabled = proxy.enabled } = change;
      await proxy.move({ listen, upstream });
      await (enabled ? proxy.enable() : proxy.disable());
      return viewOf(proxy);
    });
  }

  /** Closes its connections. Its name and port are free once this resolves; rejects with 404. */
  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const proxy = this.#find(name);
      this.#proxies.delete(name);
      await proxy.disable();
    });
  }

  /**
   * Makes what is not there yet, leaves alone what is there with the same addresses, and replaces
   * (without toxics) what has others. Entries are checked (400) before any is made; the first that
   * cannot be made ends it with a {@link PopulateError}.
   */
  populate(entries: readonly NewProxy[]): Promise<ProxyView[]> {
    return this.#inTurn(async () => {
      entries.forEach((entry, index) => checkRequired(entry, ` at proxy ${index + 1}`));
      const made: ProxyView[] = [];
      for (const entry of entries) made.push(await this.#replace(entry).catch(failAfter(made)));
      return made;
    });
  }

  /** Enables all proxies, removes all toxics. Rejects with 500 at the first that cannot start. */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      for (const { name } of this.list()) {
        const proxy = this.#find(name);
        await proxy.enable();
        proxy.toxics.clear();
      }
    });
  }

  /** Adds a toxic, to connections that are open as well. Throws 400, 404 or 409. */
  addToxic(proxy: string, toxic: ToxicSettings): ToxicView {
    return this.#find(proxy).toxics.add(toxic);
  }

  /** Throws 404. */
  getToxic(proxy: string, toxic: string): ToxicView {
    return this.#find(proxy).toxics.get(toxic);
  }

  /** All upstream ones, then all downstream ones, each in the order of their chain. Throws 404. */
  listToxics(proxy: string): ToxicView[] {
    return this.#find(proxy).toxics.list();
  }

  /** Changes a toxic where it is at work as well. Throws 400 or 404. */
  updateToxic(proxy: string, toxic: string, change: ToxicChange): ToxicView {
    return this.#find(proxy).toxics.update(toxic, change);
  }

  /** Throws 404. */
  removeToxic(proxy: string, toxic: string): void {
    this.#find(proxy).toxics.remove(toxic);
  }

  /**
   * Deletes every proxy. Resolves once nothing of them is left: no listener, stream or timer. May
   * be called twice.
   */
  close(): Promise<void> {
    return this.#inTurn(async () => {
      const proxies = [...this.#proxies.values()];
      this.#proxies.clear();
      await Promise.all(proxies.map((proxy) => proxy.disable()));
    });
  }

  async #create(settings: NewProxy): Promise<ProxyView> {
    checkRequired(settings, '');
    const { name, listen = '', upstream, enabled = true } = settings;
    if (this.#proxies.has(name)) throw new ToxiproxyError(409, 'proxy already exists');
    const proxy = new Proxy(this.#ports, { name, listen, upstream });
    if (enabled) await proxy.enable();
    this.#proxies.set(name, proxy);
    return viewOf(proxy);
  }

  async #replace(settings: NewProxy): Promise<ProxyView> {
    const { name, listen = '', upstream } = settings;
    const existing = this.#proxies.get(name);
    if (existing === undefined) return this.#create(settings);
    if (!existing.differs({ listen, upstream })) return viewOf(existing);
    await existing.disable();
    // Should the new one fail, the old one stays, disabled.
    const proxy = new Proxy(this.#ports, { name, listen, upstream });
    if (settings.enabled !== false) await proxy.enable();
    this.#proxies.set(name, proxy);
    return viewOf(proxy);
  }

  #find(name: string): Proxy {
    const proxy = this.#proxies.get(name);
    if (proxy === undefined) throw new ToxiproxyError(404, 'proxy not found');
    return proxy;
  }

  /** Two calls that overlap could otherwise make one name or take one port twice. */
  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function checkRequired({ name, upstream }: NewProxy, where: string): void {
  const missing = name === '' ? 'name' : upstream === '' ? 'upstream' : undefined;
  if (missing === undefined) return;
  throw new ToxiproxyError(400, `missing required field: ${missing}${where}`);
}

function failAfter(made: readonly ProxyView[]): (error: unknown) => never {
  return (error) => {
    throw error instanceof ToxiproxyError ? new PopulateError(error, made) : error;
  };
}

function viewOf(proxy: Proxy): ProxyView {
  const { name, listen, upstream, enabled } = proxy;
  return { name, listen, upstream, enabled, toxics: proxy.toxics.list() };
}
