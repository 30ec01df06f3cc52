import { mergeAttributes, zeroAttributes } from './attributes';
import type { Attributes, StreamName, Toxic } from './toxic';
import { kindOf } from './toxics/registry';
import { badBody, ToxiproxyError } from './toxiproxy-error';

/** A toxic to be added, as in Toxiproxy's HTTP API. */
export interface ToxicSettings {
  readonly type: string;
  /** Default: `<type>_<stream>`. Unique in the proxy, over both streams. */
  readonly name?: string | undefined;
  /** `upstream` or `downstream`, in any case. Default: downstream. */
  readonly stream?: string | undefined;
  /** The share of connections that it is at work on. Default: 1, which is all of them. */
  readonly toxicity?: number | undefined;
  /** By the names of `docs/faults.md`, whole numbers; default 0. */
  readonly attributes?: Readonly<Record<string, unknown>> | null | undefined;
}

/** What of a toxic can be changed. Attributes that are not named stay as they are. */
export type ToxicChange = Pick<ToxicSettings, 'attributes' | 'toxicity'>;

/** A toxic as the HTTP API shows it. */
export interface ToxicView {
  readonly attributes: Attributes;
  readonly name: string;
  readonly type: string;
  readonly stream: StreamName;
  readonly toxicity: number;
}

/** Hears of changes, in order to carry them to connections that are open. */
export interface ToxicObserver {
  onAdded(toxic: Toxic): void;
  onUpdated(toxic: Toxic): void;
  onRemoved(toxic: Toxic): void;
}

/** The toxics of a proxy: a chain for each stream, in the order in which they were added. */
export class ToxicChains {
  readonly upstream: Toxic[] = [];
  readonly downstream: Toxic[] = [];
  readonly #observer: ToxicObserver;

  constructor(observer: ToxicObserver) {
    this.#observer = observer;
  }

  /** All upstream ones, then all downstream ones. */
  list(): ToxicView[] {
    return [...this.upstream, ...this.downstream].map(viewOf);
  }

  /** @throws {ToxiproxyError} (404) */
  get(name: string): ToxicView {
    return viewOf(this.#find(name));
  }

  /**
   * Puts a toxic at the end of its chain, on connections that are open as well.
   *
   * @throws {ToxiproxyError} (400, 409), checked in Toxiproxy's order.
   */
  add({ type, name, stream, toxicity = 1, attributes }: ToxicSettings): ToxicView {
    checkToxicity(toxicity);
    const direction = streamOf(stream ?? 'downstream');
    const kind = kindOf(type);
    if (kind === undefined) throw new ToxiproxyError(400, 'invalid toxic type');
    const chosen = name === undefined || name === '' ? `${type}_${direction}` : name;
    if (this.#has(chosen)) throw new ToxiproxyError(409, 'toxic already exists');
    const values = mergeAttributes(kind, zeroAttributes(kind), attributes);
    const toxic = { name: chosen, kind, stream: direction, toxicity, attributes: values };
    this[direction].push(toxic);
    this.#observer.onAdded(toxic);
    return viewOf(toxic);
  }

  /** @throws {ToxiproxyError} (400, 404); then nothing has changed. */
  update(name: string, change: ToxicChange): ToxicView {
    const toxic = this.#find(name);
    const { toxicity = toxic.toxicity, attributes } = change;
    checkToxicity(toxicity);
    toxic.attributes = mergeAttributes(toxic.kind, toxic.attributes, attributes);
    toxic.toxicity = toxicity;
    this.#observer.onUpdated(toxic);
    return viewOf(toxic);
  }

  /** @throws {ToxiproxyError} (404) */
  remove(name: string): void {
    const toxic = this.#find(name);
    const chain = this[toxic.stream];
    chain.splice(chain.indexOf(toxic), 1);
    this.#observer.onRemoved(toxic);
  }

  /** Removes all: those of the upstream chain first. */
  clear(): void {
    for (const { name } of this.list()) this.remove(name);
  }

  #has(name: string): boolean {
    return [...this.upstream, ...this.downstream].some((toxic) => toxic.name === name);
  }

  #find(name: string): Toxic {
    const found = [...this.upstream, ...this.downstream].find((toxic) => toxic.name === name);
    if (found === undefined) throw new ToxiproxyError(404, 'toxic not found');
    return found;
  }
}

function streamOf(text: string): StreamName {
  const stream = text.toLowerCase();
  if (stream === 'upstream' || stream === 'downstream') return stream;
  throw new ToxiproxyError(400, 'stream was invalid, can be either upstream or downstream');
}

/** A float32 has an end. */
function checkToxicity(toxicity: number): void {
  if (Number.isFinite(Math.fround(toxicity))) return;
  const what = `number ${toxicity} into Go struct field Toxic.toxicity of type float32`;
  throw badBody(`json: cannot unmarshal ${what}`);
}

function viewOf({ attributes, name, kind, stream, toxicity }: Toxic): ToxicView {
  return { attributes, name, type: kind.type, stream, toxicity };
}
