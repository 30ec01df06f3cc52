/**
 * What a toxic is, for those who write one. `docs/faults.md` has a worked example.
 *
 * A toxic computes: it takes chunks, waits, draws chance and says how it ended. What is done about
 * that (closing, resetting, running it anew) is up to the link and to the connection.
 */

/** `upstream` flows from the client to the server, `downstream` back. */
export type StreamName = 'upstream' | 'downstream';

/** Bytes that were read at a time: 32 KiB at the most. */
export interface Chunk {
  readonly bytes: Buffer;
  /** On the `Clock` port, in milliseconds; toxics that delay move it on. */
  readonly readAtMs: number;
}

/**
 * Why a toxic returns. `interrupted`: the stage told it so. `end`: the stream is over, and what
 * comes behind this toxic learns it once all before was passed on. `reset`: both ends get a RST.
 */
export type Outcome = 'interrupted' | 'end' | 'reset';

/** What a toxic sees of one direction of one connection. */
export interface Stage {
  /** On the `Clock` port, in milliseconds. */
  now(): number;
  /** A number in [0, 1), from the `Random` port. */
  chance(): number;
  /** Waits for the next chunk. After the `end` of the stream there is nothing but the end. */
  receive(): Promise<Chunk | 'end' | 'interrupted'>;
  /** As {@link receive}, but not for ever. */
  receiveWithin(ms: number): Promise<Chunk | 'end' | 'interrupted' | 'timed_out'>;
  /** Resolves once whatever comes next has taken the chunk. It cannot be interrupted. */
  send(chunk: Chunk): Promise<void>;
  /** Without a duration until it is interrupted. A duration of 0 or less is over at once. */
  sleep(ms?: number): Promise<'slept' | 'interrupted'>;
}

/** Values of a toxic's fields, all of them whole numbers. */
export type Attributes = Readonly<Record<string, number>>;

/**
 * Carries a toxic out, until the stream ends or the stage interrupts. It is called anew after every
 * change of the toxic, so it must not hold back what it has taken: an interrupted toxic sends that
 * first.
 */
export type Pipe<Field extends string = string> = (
  stage: Stage,
  attributes: Readonly<Record<Field, number>>,
) => Promise<Outcome>;

export interface ToxicKind<Field extends string = string> {
  readonly type: string;
  /** Names of the attributes; each is a whole number, and 0 where it is not given. */
  readonly fields: readonly Field[];
  /** Chunks that may wait in front of it without stalling the sender; default none. */
  readonly queueChunks?: number;
  /** Whether its removal closes the connections that it was at work on; default no. */
  readonly closesOnRemoval?: boolean;
  /** Makes the pipe of one connection. What it closes over survives changes of the toxic. */
  forConnection(): Pipe<Field>;
}

/** A kind as the registry has it. Its fields are always there: a proxy adds no toxic without. */
export function defineToxic<Field extends string>(kind: ToxicKind<Field>): ToxicKind {
  return kind as unknown as ToxicKind;
}

/** A toxic of a proxy. */
export interface Toxic {
  readonly name: string;
  readonly kind: ToxicKind;
  readonly stream: StreamName;
  toxicity: number;
  attributes: Attributes;
}
