/**
 * An engine on Google's Gemini Live API.
 *
 *   GeminiLiveEngine       this file: options, the SDK, one conversation for each session
 *   GeminiConversation     messages as turns of an engine, and the end of a connection's time
 *     AnswerAudio          ... the sound of one answer, resampled, with a limit
 *   GeminiLink             one connection: set up, watched, ended with a label
 *     GeminiSocket         ... the WebSocket below the SDK
 *     gemini-message       ... what comes in, checked
 *   gemini-failure         the labels
 *
 * Facts are from the documentation of the Live API as of November 2026 (ai.google.dev/api/live and
 * ai.google.dev/gemini-api/docs/live-api) and from `@google/genai` 2.32.
 */
import type { LiveConnectConfig, Modality } from '@google/genai';

import type { Clock, ConversationEngine, EngineHandlers, EngineSession } from '../../ports';
import { GeminiConversation } from './gemini-conversation';

/** The service's default model for talks, stable since 2026. */
export const DEFAULT_GEMINI_MODEL = 'gemini-3.8-live';

const BASE_URL = 'https://generativelanguage.googleapis.com';
const API_VERSION = 'v1beta';
/** Shorter than the server's patience with an engine, so that the cause is told. */
const SETUP_TIMEOUT_MS = 4_500;
const MAX_SETUP_TIMEOUT_MS = 60_000;

const MAX_INSTRUCTIONS = 20_000;
/** It becomes a part of an address and of a header, as it is. */
const API_KEY = /^[A-Za-z0-9._~-]{1,500}$/;
const MODEL = /^[A-Za-z0-9._/-]{1,200}$/;
const VOICE = /^[A-Za-z0-9-]{1,60}$/;

type Sdk = typeof import('@google/genai');

export interface GeminiLiveOptions {
  /** A key of the Gemini API. It is shown nowhere. */
  readonly apiKey: string;
  /** Default {@link DEFAULT_GEMINI_MODEL}. */
  readonly model?: string | undefined;
  /** Who the assistant is and how it speaks: the system instruction. Default none. */
  readonly instructions?: string | undefined;
  /** A voice of the service, such as `Puck` or `Kore`. Default: the service's. */
  readonly voice?: string | undefined;
  /** Where the service is. Default Google's. Without TLS on a loopback address only. */
  readonly baseUrl?: string | undefined;
  /** Milliseconds from the dial to the end of the setup, 60,000 at most. Default 4,500. */
  readonly setupTimeoutMs?: number | undefined;
  readonly clock: Clock;
}

/** An option that cannot be used. `option` is its name; the message never has a value in it. */
export class GeminiOptionError extends Error {
  readonly code = 'ERR_GEMINI_OPTION';
  readonly option: string;

  constructor(option: string, problem: string) {
    super(`Gemini, ${option}: ${problem}`);
    this.name = 'GeminiOptionError';
    this.option = option;
  }
}

/** A package that an engine needs, and that `npm install` was told to leave out. */
export class EngineNotInstalledError extends Error {
  readonly code = 'ERR_ENGINE_NOT_INSTALLED';

  constructor(name: string) {
    super(`The engine needs the package ${name}, which is not installed: npm install ${name}`);
    this.name = 'EngineNotInstalledError';
  }
}

/**
 * Loads the SDK, and checks the options; nothing is dialled before the first conversation. Rejects
 * with a {@link GeminiOptionError} or an {@link EngineNotInstalledError}.
 */
export async function openGeminiLive(
  options: GeminiLiveOptions,
  load: () => Promise<Sdk> = () => import('@google/genai'),
): Promise<GeminiLiveEngine> {
  checkOptions(options);
  return new GeminiLiveEngine(options, await loadSdk(load));
}

/** Talks by way of Gemini; each conversation has a connection of its own. */
export class GeminiLiveEngine implements ConversationEngine {
  private readonly options: GeminiLiveOptions;
  private readonly sdk: Sdk;
  private readonly conversations = new Set<GeminiConversation>();

  constructor(options: GeminiLiveOptions, sdk: Sdk) {
    this.options = options;
    this.sdk = sdk;
  }

  /** Rejects with a `GeminiError`, after `onFailed` with its label. */
  open(handlers: EngineHandlers): Promise<EngineSession> {
    const { apiKey, baseUrl, clock, model, setupTimeoutMs } = this.options;
    const sdk = new this.sdk.GoogleGenAI({
      // All of it, so that the SDK asks no environment variable.
      apiKey,
      vertexai: false,
      apiVersion: API_VERSION,
      httpOptions: { baseUrl: baseUrl ?? BASE_URL },
    });
    const conversation = new GeminiConversation({
      sdk,
      model: model ?? DEFAULT_GEMINI_MODEL,
      config: configOf(this.options),
      clock,
      setupTimeoutMs: setupTimeoutMs ?? SETUP_TIMEOUT_MS,
      handlers,
      onOver: (over) => this.conversations.delete(over),
    });
    this.conversations.add(conversation);
    return conversation.open();
  }

  /** Ends what is still open or opening. May be called twice. */
  async close(): Promise<void> {
    await Promise.all([...this.conversations].map((conversation) => conversation.close()));
  }
}

function checkOptions({
  apiKey,
  baseUrl,
  instructions = '',
  model = DEFAULT_GEMINI_MODEL,
  setupTimeoutMs = SETUP_TIMEOUT_MS,
  voice = 'Puck',
}: GeminiLiveOptions): void {
  if (!API_KEY.test(apiKey)) {
    throw new GeminiOptionError('apiKey', 'is no key: letters, digits and . _ ~ - alone');
  }
  if (!MODEL.test(model)) throw new GeminiOptionError('model', 'is no name of a model');
  if (!VOICE.test(voice)) throw new GeminiOptionError('voice', 'is no name of a voice');
  if (instructions.length > MAX_INSTRUCTIONS) {
    throw new GeminiOptionError('instructions', `must have ${MAX_INSTRUCTIONS} characters at most`);
  }
  if (!(setupTimeoutMs >= 1 && setupTimeoutMs <= MAX_SETUP_TIMEOUT_MS)) {
    throw new GeminiOptionError('setupTimeoutMs', `must be from 1 to ${MAX_SETUP_TIMEOUT_MS}`);
  }
  if (baseUrl !== undefined && !isSafe(baseUrl)) {
    throw new GeminiOptionError('baseUrl', 'must be https, or http on a loopback address');
  }
}

/** The key is part of the address: it goes over no network without TLS. */
function isSafe(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const { hostname, password, protocol, username } = new URL(baseUrl);
  if (username !== '' || password !== '') return false;
  const isLoopback = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}

async function loadSdk(load: () => Promise<Sdk>): Promise<Sdk> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new EngineNotInstalledError('@google/genai');
  }
}

function configOf({ instructions, voice }: GeminiLiveOptions): LiveConnectConfig {
  return {
    responseModalities: ['AUDIO' as Modality],
    inputAudioTranscription: {},
    outputAudioTranscription: {},
    ...(instructions === undefined ? {} : { systemInstruction: instructions }),
    ...(voice === undefined
      ? {}
      : { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: voice } } } }),
  };
}
