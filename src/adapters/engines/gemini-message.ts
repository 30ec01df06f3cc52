import { z } from 'zod';

/** The rate of sound whose type does not tell it. */
const DEFAULT_RATE_HZ = 24_000;
const MIN_RATE_HZ = 8_000;
const MAX_RATE_HZ = 48_000;
const PCM = /^audio\/(?:pcm|l16)\b(?:.*\brate=(\d{1,6})\b)?/i;

const transcription = z.object({ text: z.string().nullish() }).nullish();
const flag = z.boolean().nullish();
const inlineData = z.object({ data: z.string().nullish(), mimeType: z.string().nullish() });
const part = z.object({ inlineData: inlineData.nullish() });

/** What of the messages of the Live API is looked at. All else in them is left alone. */
const serverMessage = z.object({
  serverContent: z
    .object({
      modelTurn: z.object({ parts: z.array(part).nullish() }).nullish(),
      inputTranscription: transcription,
      outputTranscription: transcription,
      interrupted: flag,
      generationComplete: flag,
      turnComplete: flag,
    })
    .nullish(),
  voiceActivity: z.object({ voiceActivityType: z.string().nullish() }).nullish(),
  goAway: z.object({ timeLeft: z.string().nullish() }).nullish(),
});

type Part = z.output<typeof part>;

/** A piece of the answer: mono s16le. */
export interface GeminiSound {
  readonly rateHz: number;
  readonly pcm: Buffer;
}

/** A message, as far as a conversation has a use for it. Any of it may come in one message. */
export interface GeminiMessage {
  /** The service hears the person begin to speak, or stop. */
  readonly voice: 'begins' | 'ends' | undefined;
  /** More of what the person said. */
  readonly said: string;
  /** The person went on speaking: the answer is void. */
  readonly isInterrupted: boolean;
  /** The model works on an answer: there are words of it, thoughts about it, or sound. */
  readonly isAnswering: boolean;
  readonly sounds: readonly GeminiSound[];
  /** No more of the answer will come. */
  readonly isGenerated: boolean;
  /** It is the person's turn again. */
  readonly isTurnComplete: boolean;
  /** The connection is about to end, in so many milliseconds where that is told. */
  readonly goAway: { readonly leftMs: number | undefined } | undefined;
}

/** A message that the Live API would not send. */
export class GeminiMessageError extends Error {
  readonly code = 'ERR_GEMINI_MESSAGE';
}

/** Reads a message. Throws {@link GeminiMessageError}. */
export function readGeminiMessage(value: unknown): GeminiMessage {
  const read = serverMessage.safeParse(value);
  if (!read.success) throw new GeminiMessageError('A message of the Live API has another shape.');
  const { goAway, serverContent, voiceActivity } = read.data;
  const parts = serverContent?.modelTurn?.parts ?? [];
  const isTurnComplete = serverContent?.turnComplete === true;
  return {
    voice: voiceOf(voiceActivity?.voiceActivityType),
    said: serverContent?.inputTranscription?.text ?? '',
    isInterrupted: serverContent?.interrupted === true,
    isAnswering: parts.length > 0 || Boolean(serverContent?.outputTranscription?.text),
    sounds: parts.flatMap(soundsOf),
    isGenerated: isTurnComplete || serverContent?.generationComplete === true,
    isTurnComplete,
    goAway: goAway ? { leftMs: durationMs(goAway.timeLeft ?? '') } : undefined,
  };
}

function voiceOf(type: string | null | undefined): GeminiMessage['voice'] {
  if (type === 'ACTIVITY_START') return 'begins';
  return type === 'ACTIVITY_END' ? 'ends' : undefined;
}

/** An image or a text has no sound; a sound that is no PCM is none that we could play. */
function soundsOf({ inlineData: blob }: Part): readonly GeminiSound[] {
  if (!blob?.data) return [];
  const type = blob.mimeType ?? '';
  if (type !== '' && !/^audio\//i.test(type)) return [];
  return [{ rateHz: rateOf(type), pcm: Buffer.from(blob.data, 'base64') }];
}

function rateOf(type: string): number {
  const pcm = PCM.exec(type);
  if (type !== '' && pcm === null) throw new GeminiMessageError('The sound is no PCM.');
  const rateHz = pcm?.[1] === undefined ? DEFAULT_RATE_HZ : Number(pcm[1]);
  if (rateHz >= MIN_RATE_HZ && rateHz <= MAX_RATE_HZ) return rateHz;
  throw new GeminiMessageError(`The sound has ${rateHz} samples a second.`);
}

/** Seconds as protobuf writes them in JSON: `12s`, `9.5s`; more than a timer takes are none. */
function durationMs(text: string): number | undefined {
  const seconds = /^(\d{1,6}(?:\.\d{1,9})?)s$/.exec(text)?.[1];
  return seconds === undefined ? undefined : Math.floor(Number(seconds) * 1_000);
}
