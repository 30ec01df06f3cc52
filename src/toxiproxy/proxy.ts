import type { AcceptedSocket, Listener, SocketAddress, SocketStream, Sockets } from '../ports';
import { Connection } from './connection';
import { boundAddress, formatAddress, listenError, parseAddress } from './listen-address';
import type { StagePorts } from './running-stage';
import { closed, connected } from './stream-events';
import { ToxicChains } from './toxic-chains';
import { ToxiproxyError } from './toxiproxy-error';

export interface ProxyPorts extends StagePorts {
  readonly sockets: Sockets;
}

export interface ProxySettings {
  readonly name: string;
  /** `host:port`; port 0 lets the system choose. */
  readonly listen: string;
  /** `host:port`; it is looked at when the first client comes. */
  readonly upstream: string;
}

/** A port that is passed on to another, with toxics on the way. It starts out disabled. */
export class Proxy {
  readonly name: string;
  readonly toxics: ToxicChains;
  readonly #ports: ProxyPorts;
  #listen: string;
  #upstream: string;
  #listener: Listener | undefined;
  readonly #connections = new Set<Connection>();
  /** Clients that wait for their turn: as in Toxiproxy, one connection is made at a time. */
  readonly #clients = new Set<SocketStream>();
  #lastTurn = Promise.resolve();

  constructor(ports: ProxyPorts, { name, listen, upstream }: ProxySettings) {
    this.#ports = ports;
    this.name = name;
    this.#listen = listen;
    this.#upstream = upstream;
    this.toxics = new ToxicChains({
      onAdded: (toxic) => this.#each((connection) => connection.add(toxic)),
      onUpdated: (toxic) => this.#each((connection) => connection.update(toxic)),
      onRemoved: (toxic) => this.#each((connection) => connection.remove(toxic)),
    });
  }

  /** Where it listens, once it has been enabled; before, as it was written. */
  get listen(): string {
    return this.#listen;
  }

  get upstream(): string {
    return this.#upstream;
  }

  get enabled(): boolean {
    return this.#listener !== undefined;
  }

  /** Connections that are open or being made. */
  get connections(): number {
    return this.#connections.size + this.#clients.size;
  }

  /**
   * Listens, unless it does already.
   *
   * @throws {ToxiproxyError} (500) where the address is none, or cannot be bound.
   */
  async enable(): Promise<void> {
    if (this.#listener !== undefined) return;
    const address = parseAddress(this.#listen);
    if (typeof address === 'string') throw new ToxiproxyError(500, `listen tcp: ${address}`);
    this.#listener = await this.#bind(boundAddress(address));
    this.#listen = formatAddress(this.#listener);
  }

  /** Listens no more, and closes every connection. Toxics stay. */
  async disable(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.close();
    const clients = [...this.#clients].map((client) => closed(client.destroy()));
    const connections = [...this.#connections];
    for (const connection of connections) connection.close();
    await Promise.all([...clients, ...connections.map((each) => each.closed), this.#lastTurn]);
  }

  /**
   * Whether other addresses mean a change: port 0 does, since what is bound is never that.
   *
   * @throws {ToxiproxyError} (500) where the listen address is none.
   */
  differs({ listen, upstream }: Pick<ProxySettings, 'listen' | 'upstream'>): boolean {
    const address = parseAddress(listen);
    if (typeof address === 'string') throw new ToxiproxyError(500, address);
    const bound = formatAddress(boundAddress(address));
    return upstream !== this.#upstream || !this.#listensOn(listen, bound);
  }

  /** Takes other addresses, where they differ; that disables it. */
  async move(addresses: Pick<ProxySettings, 'listen' | 'upstream'>): Promise<void> {
    if (!this.differs(addresses)) return;
    await this.disable();
    this.#listen = addresses.listen;
    this.#upstream = addresses.upstream;
  }

  #listensOn(listen: string, bound: string): boolean {
    return this.#listen === listen || this.#listen === bound;
  }

  async #bind(address: SocketAddress): Promise<Listener> {
    const onSocket = (accepted: AcceptedSocket): void => this.#accept(accepted.stream);
    try {
      return await this.#ports.sockets.listen(address, onSocket);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A machine without IPv6 has no `::`.
      if (code === 'EAFNOSUPPORT' && address.host === '::') {
        return this.#bind({ ...address, host: '0.0.0.0' });
      }
      throw new ToxiproxyError(500, listenError(address, error));
    }
  }

  #accept(client: SocketStream): void {
    client.on('error', () => undefined);
    this.#clients.add(client);
    this.#lastTurn = this.#lastTurn.then(() => this.#connect(client));
  }

  /** Dials for a client; one that has no server is closed. */
  async #connect(client: SocketStream): Promise<void> {
    this.#clients.delete(client);
    const upstream = parseAddress(this.#upstream);
    if (this.#listener === undefined || typeof upstream === 'string') {
      client.destroy();
      return;
    }
    const server = this.#ports.sockets.connect({ ...upstream, tls: false });
    const connection = new Connection(client, server);
    this.#connections.add(connection);
    void connection.closed.then(() => this.#connections.delete(connection));
    if (await connected(server)) connection.start(this.#ports, this.toxics);
    else connection.close();
  }

  #each(act: (connection: Connection) => void): void {
    for (const connection of this.#connections) act(connection);
  }
}
