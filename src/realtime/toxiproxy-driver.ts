import { Toxiproxy, type Proxy } from 'toxiproxy-node-client';

import type { ToxicBody } from '../sim/toxics';

/** How the names of all proxies begin that this process makes, in whatever thread. */
export const OWN_PROXIES = `tars-link-${process.pid}-`;

/** Removes what threads of this process have left at a Toxiproxy, because they were stopped. */
export async function removeOwnProxies(url: string): Promise<void> {
  const proxies = Object.values(await new Toxiproxy(url).getAll());
  const own = proxies.filter(({ name }) => name.startsWith(OWN_PROXIES));
  await Promise.all(own.map((proxy) => proxy.remove()));
}

/** A Toxiproxy that cannot be reached, or that refuses what it is asked. */
export class ToxiproxyDriverError extends Error {
  readonly code = 'TOXIPROXY_FAILED';
}

/**
 * Drives a Toxiproxy over its HTTP API: the embedded one or any other of version 2. What it is told
 * is done in that order, one after the other.
 */
export class ToxiproxyDriver {
  private readonly url: string;
  private readonly toxiproxy: Toxiproxy;
  private readonly proxies = new Map<string, Proxy>();
  private last: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.url = url;
    this.toxiproxy = new Toxiproxy(url);
  }

  createProxy(name: string, listen: string, upstream: string): Promise<void> {
    return this.next(`make the proxy ${name}`, async () => {
      this.proxies.set(name, await this.toxiproxy.createProxy({ name, listen, upstream }));
    });
  }

  setEnabled(name: string, enabled: boolean): Promise<void> {
    return this.next(`switch the proxy ${name}`, async () => {
      const { listen, upstream } = this.proxy(name);
      await this.proxy(name).update({ enabled, listen, upstream });
    });
  }

  addToxic(name: string, toxic: ToxicBody): Promise<void> {
    return this.next(`add ${toxic.type} to ${name}`, async () => {
      await this.proxy(name).addToxic({ ...toxic, type: toxic.type as 'latency' });
    });
  }

  removeToxic(name: string, toxic: string): Promise<void> {
    return this.next(`remove a toxic of ${name}`, async () => {
      await (await this.proxy(name).getToxic(toxic)).remove();
    });
  }

  /** Resolves once all that it was told is done, or has failed. */
  idle(): Promise<void> {
    return this.last;
  }

  /** Removes the proxies that it has made. */
  async close(): Promise<void> {
    for (const [name, proxy] of this.proxies) {
      await this.next(`remove the proxy ${name}`, () => proxy.remove());
    }
    this.proxies.clear();
  }

  private proxy(name: string): Proxy {
    const proxy = this.proxies.get(name);
    if (proxy === undefined) throw new ToxiproxyDriverError(`There is no proxy ${name}.`);
    return proxy;
  }

  private next(what: string, act: () => Promise<void>): Promise<void> {
    const done = this.last.then(act).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new ToxiproxyDriverError(`Toxiproxy at ${this.url} could not ${what}: ${why}`);
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}
