import { DeviceSpecError } from '../sound/device';

/** An engine that listens. */
export type ListeningAdapter = 'porcupine' | 'porcupine-v1' | 'openwakeword';
/** What stands behind the port: an engine, or nobody, and the person presses a key instead. */
export type HotwordAdapter = ListeningAdapter | 'keyboard';

export interface HotwordSpec {
  readonly adapter: HotwordAdapter | 'auto';
  /** In lower case, with spaces. */
  readonly keyword?: string;
}

const ENGINES: ReadonlySet<string> = new Set(['porcupine', 'porcupine-v1', 'openwakeword']);
const ALLOWED =
  'auto, porcupine[:KEYWORD], porcupine-v1[:KEYWORD], openwakeword[:KEYWORD] or keyboard';
const LONGEST_SHOWN = 60;

/** Reads `auto`, `keyboard` or `ENGINE[:KEYWORD]`. Throws {@link DeviceSpecError}. */
export function parseHotwordSpec(spec: string): HotwordSpec {
  if (spec === 'auto' || spec === 'keyboard') return { adapter: spec };
  const colon = spec.indexOf(':');
  const adapter = colon < 0 ? spec : spec.slice(0, colon);
  if (!ENGINES.has(adapter)) throw new DeviceSpecError(`${show(spec)} is not ${ALLOWED}`);
  if (colon < 0) return { adapter: adapter as ListeningAdapter };
  const keyword = spec
    .slice(colon + 1)
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
  if (keyword === '') throw new DeviceSpecError(`${show(spec)} names no keyword after the colon`);
  return { adapter: adapter as ListeningAdapter, keyword };
}

/** Somebody's words in a message: on one line, and not too long. */
export function show(words: string): string {
  return JSON.stringify(
    words.length > LONGEST_SHOWN ? `${words.slice(0, LONGEST_SHOWN)}...` : words,
  );
}
