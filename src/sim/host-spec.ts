/**
 * What runs on a host of a scenario, as data: a client, a server, or a peer that is none of ours.
 */
import { z } from 'zod';

import { duration } from './duration';

const hostName = z.string().min(1);
const startsAt = z.union([duration, z.literal('never')]).prefault('0 ms');
const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});

/** What the engine of a server does, step by step. Without a script it is the parrot. */
const engineSchema = z.strictObject({
  /** From asking for a conversation to having one. */
  startsAfter: duration.prefault('0 ms'),
  /** What comes of asking. `never`: nothing does. */
  start: z.enum(['works', 'fails', 'never']).default('works'),
  /** From the end of an utterance to the answer. `never`: the engine is silent. */
  answersAfter: z.union([duration, z.literal('never')]).prefault('500 ms'),
  /** How long the answer sounds; with 0 it has no sound at all. */
  answerLasts: duration.prefault('2 s'),
  /** A fixture that is spoken in place of a hum; `answerLasts` does not count then. */
  answers: z.string().optional(),
  /** The answer is what was said, as the engine heard it; `answerLasts` does not count then. */
  repeats: z.boolean().default(false),
  /** What is answered; white space is no answer. */
  transcript: z.string().default('An answer.'),
  /** From one 100 ms piece of the answer to the next; 0 is as fast as the link takes it. */
  pieceEvery: duration.prefault('0 ms'),
  /** A pause inside the answer, after so much of it. */
  pause: z.strictObject({ after: duration, for: duration }).optional(),
  /** What was said, as the engine understood it: in turn, the last for all that follow. */
  hears: z.array(z.string()).min(1).optional(),
  /** From the end of an utterance to the person's going on, who then hears no answer to it. */
  interruptsAfter: duration.optional(),
  /** The speech breaks off after this much of it. */
  speechFailsAfter: duration.optional(),
  /** The engine dies this long after it was started. */
  diesAfter: duration.optional(),
  /** How long closing takes. */
  closesAfter: duration.prefault('0 ms'),
  /** From the order to close to an answer that nobody asked for. */
  answersAfterClose: duration.optional(),
});

const bytes = z.number().int().min(0).describe('bytes');

/** One thing that an engine does, at an instant of the story: exactly one of these. */
const engineDeedSchema = z
  .strictObject({
    at: duration,
    /** It hears the person speak, understands them to the end, or hears them go on. */
    hears: z.enum(['speech', 'utterance', 'end_phrase', 'interruption']).optional(),
    /** It answers: so many bytes of sound at these instants, and in the end it stops. */
    answers: z
      .strictObject({
        pieces: z.array(z.strictObject({ at: duration, bytes })),
        /** `hangs`: neither more sound nor an end comes. */
        then: z.enum(['ends', 'breaks_off', 'hangs']).default('ends'),
        until: duration,
      })
      .optional(),
    dies: z.literal(true).optional(),
  })
  .refine(
    ({ at: _at, ...deeds }) =>
      Object.values(deeds).filter((deed) => deed !== undefined).length === 1,
    'must have exactly one of hears, answers and dies',
  );

/** What came of asking an engine for a conversation, and what it did in it. */
const conversationSchema = z.strictObject({
  /** When it was asked for; whoever asks gets the nearest in time that nobody has had. */
  asked: duration,
  start: z.enum(['works', 'fails', 'never']).default('works'),
  startsAfter: duration.prefault('0 ms'),
  does: z.array(engineDeedSchema).default([]),
  closesAfter: duration.prefault('0 ms'),
});

/**
 * One thing that a scripted client sends, `at` so long after it is connected: exactly one of these.
 */
const frameSchema = z
  .strictObject({
    at: duration,
    text: z.string().optional(),
    /** A binary message of so many zero bytes. */
    bytes: z.number().int().min(0).optional(),
    /** A fixture as one binary message. */
    sound: z.string().optional(),
    ping: z.literal(true).optional(),
    pong: z.literal(true).optional(),
    close: z.number().int().optional(),
    /** Bytes outside any frame, as hexadecimal digits. */
    raw: z
      .string()
      .regex(/^([0-9a-f]{2})+$/, 'must be pairs of 0-9 and a-f')
      .optional(),
    /** How often it is sent, all at that instant. */
    times: z.number().int().min(1).default(1),
  })
  .refine(
    ({ at: _at, times: _times, ...deeds }) =>
      Object.values(deeds).filter((deed) => deed !== undefined).length === 1,
    'must have exactly one of text, bytes, sound, ping, pong, close and raw',
  );

/** How a peer that is none of ours behaves. */
const peerSchema = z.discriminatedUnion('behaviour', [
  /**
   * Takes each connection, lets it live for a while (the n-th for the n-th of `lives`), closes it.
   */
  z.strictObject({
    behaviour: z.literal('accepts_and_closes'),
    welcomes: z.boolean().default(true),
    code: z.number().int().default(1013),
    lives: z.array(duration).min(1).prefault(['0 ms']),
  }),
  /** Upgrades, and then says nothing. */
  z.strictObject({ behaviour: z.literal('never_welcomes') }),
  /**
   * Starts each session, begins an answer to it, and resets the connection before it has a sound.
   */
  z.strictObject({
    behaviour: z.literal('breaks_off_answers'),
    answersAfter: duration.prefault('3 s'),
    resetsAfter: duration.prefault('500 ms'),
  }),
  /** Answers upgrades with these in turn: a status other than 101, or the end of the connection. */
  z.strictObject({
    behaviour: z.literal('answers_upgrade'),
    with: z.array(z.union([z.number().int(), z.enum(['fin', 'reset'])])).min(1),
  }),
  /** Takes the TCP connection, and never answers the upgrade. */
  z.strictObject({ behaviour: z.literal('never_answers') }),
  /** Welcomes and keeps the connection, and sends these whatever it hears. */
  z.strictObject({
    behaviour: z.literal('talks'),
    says: z.array(frameSchema).default([]),
    /** Whether it starts each session that is asked for. */
    startsSessions: z.boolean().default(false),
    /** The close code with which it goes when it is told to stop; without, it just goes. */
    goodbye: z.number().int().optional(),
  }),
  /** A client: connects once, and sends these. */
  z.strictObject({
    behaviour: z.literal('dials_and_talks'),
    server: hostName.default('server'),
    protocol: z.enum(['base', 'tars.v2']).default('tars.v2'),
    device: z.string().optional(),
    says: z.array(frameSchema),
  }),
  /** A client: begins so many handshakes, one every so often, and finishes none. */
  z.strictObject({
    behaviour: z.literal('half_finishes_handshakes'),
    server: hostName.default('server'),
    count: z.number().int().min(1),
    every: duration.prefault('0 ms'),
  }),
]);

/** A token that the operator of a server gives out. */
const tokenSchema = z.strictObject({
  device: z.string().min(1),
  token: z.string().min(1),
  /** Since when it counts: the server may be up for long by then. */
  since: duration.prefault('0 ms'),
  /** Until when, where it is taken away again. */
  until: duration.optional(),
});

export const hostSchema = z.discriminatedUnion('program', [
  z.strictObject({
    program: z.literal('client'),
    /** The host that it dials. */
    server: hostName.default('server'),
    /** A Toxiproxy that it dials in the server's place. */
    via: hostName.optional(),
    /** Whether it dials by TLS. What stands at the other end need not know. */
    tls: z.boolean().default(false),
    /** What it calls itself. */
    device: z.string().optional(),
    /** What it shows to prove that. It is not one of `settings`, because those are recorded. */
    token: z.string().optional(),
    /** When the program is started; `never` leaves it off. */
    startsAt,
    /** `echo`: what the speaker plays sounds in the room, and so at the microphone. */
    acoustics: z.enum(['dead', 'echo']).default('dead'),
    /** What the code around the client does when it is told of something: nothing, or a mistake. */
    listeners: z.enum(['quiet', 'throw', 'reject']).default('quiet'),
    /** When its detector hears the hotword, as a journal tells it, whatever there is to hear. */
    hotwords: z.array(duration).optional(),
    /**
     * What the program draws first, in each of its lives, from 0 to 1: the waits between dials and
     * the names of sessions come from it. What is drawn after that comes from the seed.
     */
    draws: z.array(z.array(z.number().min(0).lt(1))).default([]),
    /** Any of the client's settings. */
    settings,
  }),
  z.strictObject({
    program: z.literal('server'),
    engine: engineSchema.optional(),
    /** What its engine did when, as a journal tells it; in place of `engine`, and deaf. */
    conversations: z.array(conversationSchema).optional(),
    /** Who may come in; without it whoever likes, and with none in it nobody. */
    tokens: z.array(tokenSchema).optional(),
    /** From when on its certificate is expired; by the usual one that is in 2030, it being 2026. */
    certificateExpiresAt: duration.optional(),
    startsAt,
    /** Any of the server's settings. */
    settings,
  }),
  z.strictObject({ program: z.literal('peer'), does: peerSchema, startsAt }),
  /** A Toxiproxy with one proxy, for who dials it. Faults that need one put it there themselves. */
  z.strictObject({ program: z.literal('toxiproxy'), upstream: hostName, startsAt }),
]);

export type HostSpec = Readonly<z.output<typeof hostSchema>>;
export type ClientSpec = Extract<HostSpec, { readonly program: 'client' }>;
export type ServerSpec = Extract<HostSpec, { readonly program: 'server' }>;
export type ToxiproxySpec = Extract<HostSpec, { readonly program: 'toxiproxy' }>;
export type PeerSpec = Extract<HostSpec, { readonly program: 'peer' }>;
export type TokenSpec = Readonly<z.output<typeof tokenSchema>>;
export type EngineScript = Readonly<z.output<typeof engineSchema>>;
export type Conversation = Readonly<z.output<typeof conversationSchema>>;
export type EngineDeed = Conversation['does'][number];
export type Frame = Readonly<z.output<typeof frameSchema>>;

/** The other hosts that a host's program names, each with the path of the field that names it. */
export function dialledBy(
  spec: HostSpec,
): readonly { readonly path: string[]; readonly host: string }[] {
  if (spec.program === 'client') {
    const server = { path: ['server'], host: spec.server };
    return spec.via === undefined ? [server] : [server, { path: ['via'], host: spec.via }];
  }
  if (spec.program === 'toxiproxy') return [{ path: ['upstream'], host: spec.upstream }];
  if (spec.program === 'peer' && 'server' in spec.does) {
    return [{ path: ['does', 'server'], host: spec.does.server }];
  }
  return [];
}
