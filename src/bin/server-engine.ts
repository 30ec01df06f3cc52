/** What the server talks with. */
import { createRequire } from 'node:module';

import type { Clock, ConversationEngine } from '../ports';
import { ParrotEngine } from '../server/parrot';
import { asUsageError, UsageError, warn } from './command-line';
import type { EffectiveSettings } from './effective-settings';
import type { SERVER_OPTIONS } from './server-options';

/** Only what is asked for is loaded. */
const load = createRequire(__filename);

export interface OpenEngine {
  readonly engine: ConversationEngine;
  /** What must never be written. */
  readonly secrets: readonly string[];
  /** Ends what is still open. */
  close(): Promise<void>;
}

type GeminiLive = typeof import('../adapters/engines/gemini-live');
type Settings = EffectiveSettings<typeof SERVER_OPTIONS>;

/** Rejects with a `UsageError` where the engine cannot be had. */
export function openEngine(settings: Settings, clock: Clock): Promise<OpenEngine> {
  const { engine } = settings.values;
  switch (engine) {
    case 'parrot': {
      const close = (): Promise<void> => Promise.resolve();
      return Promise.resolve({ engine: new ParrotEngine(), secrets: [], close });
    }
    case 'gemini-live':
      return openGemini(settings, clock);
    default:
      return engine satisfies never;
  }
}

async function openGemini(settings: Settings, clock: Clock): Promise<OpenEngine> {
  const { geminiInstructions: instructions, geminiModel: model } = settings.values;
  const apiKey = settings.secret('geminiKeyFile', warn);
  const where = settings.whereOf('engine');
  if (apiKey === undefined) {
    throw new UsageError(`${where}: gemini-live needs a key: --gemini-key-file or GEMINI_API_KEY`);
  }
  try {
    const { openGeminiLive } = load('../adapters/engines/gemini-live') as GeminiLive;
    const engine = await openGeminiLive({ apiKey, clock, instructions, model });
    return { engine, secrets: [apiKey], close: () => engine.close() };
  } catch (error) {
    throw asUsageError(where, error);
  }
}
