import type { SocketStream } from '../ports';
import { Link } from './link';
import type { StagePorts } from './running-stage';
import { closed } from './stream-events';
import type { StreamName, Toxic } from './toxic';

/** A client, the server that was dialled for it, and what flows between them each way. */
export class Connection {
  /** Resolves once both streams are closed, and nothing of the connection is left. */
  readonly closed: Promise<void>;
  readonly #client: SocketStream;
  readonly #server: SocketStream;
  #links: Readonly<Record<StreamName, Link>> | undefined;

  /** The server may still be being dialled. */
  constructor(client: SocketStream, server: SocketStream) {
    this.#client = client;
    this.#server = server;
    // The client closes by the end of the downstream link, and so not before its toxics say so.
    server.allowHalfOpen = true;
    for (const stream of [client, server]) stream.on('error', () => undefined);
    this.closed = Promise.all([closed(client), closed(server)]).then(() => this.#stop());
  }

  /** Starts both ways. Toxicity is rolled for the upstream chain first. */
  start(ports: StagePorts, toxics: Readonly<Record<StreamName, readonly Toxic[]>>): void {
    const [client, server, onReset] = [this.#client, this.#server, () => this.#reset()];
    this.#links = {
      upstream: new Link({
        ...{ ports, onReset, toxics: toxics.upstream },
        ...{ source: client, destination: server },
      }),
      downstream: new Link({
        ...{ ports, onReset, toxics: toxics.downstream },
        ...{ source: server, destination: client },
      }),
    };
    this.#links.upstream.start();
    this.#links.downstream.start();
  }

  add(toxic: Toxic): void {
    this.#links?.[toxic.stream].add(toxic);
  }

  update(toxic: Toxic): void {
    this.#links?.[toxic.stream].update(toxic);
  }

  remove(toxic: Toxic): void {
    const wasAtWork = this.#links?.[toxic.stream].remove(toxic) ?? false;
    if (wasAtWork && toxic.kind.closesOnRemoval === true) this.close();
  }

  /** Closes both ends by FIN (by RST where data waits unread). What toxics hold is lost. */
  close(): void {
    this.#stop();
    this.#client.destroy();
    this.#server.destroy();
  }

  #reset(): void {
    this.#stop();
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  #stop(): void {
    this.#links?.upstream.stop();
    this.#links?.downstream.stop();
  }
}
