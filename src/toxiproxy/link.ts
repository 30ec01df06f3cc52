import type { SocketStream } from '../ports';
import { Channel } from './channel';
import { RunningStage, type StageOwner, type StagePorts } from './running-stage';
import { SourceReader } from './source-reader';
import type { Toxic } from './toxic';

export interface LinkOptions {
  readonly ports: StagePorts;
  readonly source: SocketStream;
  readonly destination: SocketStream;
  /** In the order of the chain. */
  readonly toxics: readonly Toxic[];
  /** A toxic wants both ends of the connection reset. */
  readonly onReset: () => void;
}

/**
 * One direction of one connection.
 *
 * ```
 * source -> reader -> stage -> stage -> ... -> outlet -> writer -> destination
 * ```
 *
 * Nothing is taken before there is room for it, so a reader who does not read stalls the sender.
 * At the end the destination is closed both ways, as Toxiproxy does: there is no half-close.
 */
export class Link implements StageOwner {
  readonly #options: LinkOptions;
  readonly #reader: SourceReader;
  readonly #outlet = new Channel();
  #stages: RunningStage[] = [];
  #isStopped = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#reader = new SourceReader(options.source);
  }

  start(): void {
    for (const toxic of this.#options.toxics) this.add(toxic);
    this.#options.destination.once('close', () => this.stop());
    void this.#read();
    void this.#write();
  }

  /** Puts a toxic at the end of the chain. Once the stream has ended there is nothing for it. */
  add(toxic: Toxic): void {
    if (this.#outlet.isEnded || this.#isStopped) return;
    const stage = new RunningStage(this.#options.ports, this, toxic);
    this.#stages.push(stage);
    stage.start();
  }

  update(toxic: Toxic): void {
    this.#stageOf(toxic)?.update();
  }

  /** Returns whether the toxic was at work here; it is not where toxicity spared the connection. */
  remove(toxic: Toxic): boolean {
    const stage = this.#stageOf(toxic);
    stage?.remove();
    return stage?.isSpared === false;
  }

  /** What is on its way is lost, and every timer is cleared. May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#reader.stop();
    this.#outlet.abandon();
    for (const stage of this.#stages) stage.stop();
    this.#stages = [];
  }

  next(stage: RunningStage): Channel {
    return this.#stages[this.#stages.indexOf(stage) + 1]?.input ?? this.#outlet;
  }

  onLeft(stage: RunningStage): void {
    this.#stages = this.#stages.filter((each) => each !== stage);
  }

  onReset(): void {
    this.#options.onReset();
  }

  #stageOf(toxic: Toxic): RunningStage | undefined {
    return this.#stages.find((stage) => stage.toxic === toxic);
  }

  #entry(): Channel {
    return this.#stages[0]?.input ?? this.#outlet;
  }

  async #read(): Promise<void> {
    for (;;) {
      const bytes = await this.#reader.next();
      if (this.#isStopped) return;
      if (bytes === undefined) return this.#entry().end();
      await this.#entry().put({ bytes, readAtMs: this.#options.ports.clock.now() });
    }
  }

  /** One write a chunk, each once the stream has taken the one before. */
  async #write(): Promise<void> {
    const { destination } = this.#options;
    for (;;) {
      await new Promise<void>((resolve) => {
        this.#outlet.whenReady(resolve);
      });
      const chunk = this.#outlet.take();
      if (this.#isStopped || chunk === undefined) return;
      if (chunk === 'end') {
        destination.destroy();
        return;
      }
      await written(destination, chunk.bytes);
    }
  }
}

/** A failure needs no answer: the stream closes by itself, and the link with it. */
function written(stream: SocketStream, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    stream.write(bytes, () => resolve());
  });
}
