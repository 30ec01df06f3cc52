import { END_PHRASES } from '../server/end-phrases';
import type { Clock, ConversationEngine, EngineHandlers, EngineSession } from '../ports';
import type { Conversation, EngineDeed } from './host-spec';

type Answer = NonNullable<EngineDeed['answers']>;

/** Sound is given away in pieces of so many bytes: 100 ms of it. */
const PIECE_BYTES = 3_200;

/**
 * An engine that does again what one did: at the instants of the story at which a journal tells of
 * it, and whatever it hears.
 */
export class RecalledEngine implements ConversationEngine {
  private readonly conversations: Conversation[];
  private readonly clock: Clock;

  /** @param clock - counts from the beginning of the story. */
  constructor(conversations: readonly Conversation[], clock: Clock) {
    this.conversations = [...conversations];
    this.clock = clock;
  }

  /** Of one that nobody remembers, nothing comes. */
  async open(handlers: EngineHandlers): Promise<EngineSession> {
    const { clock } = this;
    const recalled = this.next(clock.now());
    if (recalled === undefined || recalled.start === 'never') return new Promise(() => undefined);
    await until(clock, clock.now() + recalled.startsAfter);
    if (recalled.start === 'fails') throw new Error('It did not start then either.');
    return new RecalledSession(recalled, clock, handlers);
  }

  /** The one that is nearest in time, and each but once: two may be asked for in one instant. */
  private next(askedMs: number): Conversation | undefined {
    const distance = ({ asked }: Conversation): number => Math.abs(asked - askedMs);
    const nearest = [...this.conversations].sort((a, b) => distance(a) - distance(b))[0];
    if (nearest !== undefined) this.conversations.splice(this.conversations.indexOf(nearest), 1);
    return nearest;
  }
}

class RecalledSession implements EngineSession {
  private readonly clock: Clock;
  private readonly handlers: EngineHandlers;
  private readonly closesAfter: number;
  private isOver = false;

  constructor({ closesAfter, does }: Conversation, clock: Clock, handlers: EngineHandlers) {
    this.clock = clock;
    this.handlers = handlers;
    this.closesAfter = closesAfter;
    for (const deed of does) void until(clock, deed.at).then(() => this.do(deed));
  }

  hear(): void {
    // What it heard then is in what it did then.
  }

  close(): Promise<void> {
    this.isOver = true;
    return until(this.clock, this.clock.now() + this.closesAfter);
  }

  private do({ answers, dies, hears }: EngineDeed): void {
    if (this.isOver) return;
    if (answers !== undefined) this.answer(answers);
    else if (dies === true) this.die();
    else if (hears === 'speech') this.handlers.onSpeech();
    else if (hears === 'interruption') this.handlers.onInterrupted();
    else this.handlers.onUtterance(hears === 'end_phrase' ? END_PHRASES[0] : undefined);
  }

  private die(): void {
    this.isOver = true;
    this.handlers.onFailed('recalled');
  }

  private answer(answer: Answer): void {
    this.handlers.onTurn({ audio: speech(answer, this.clock) });
  }
}

async function* speech(
  { pieces, then, until: untilMs }: Answer,
  clock: Clock,
): AsyncGenerator<Buffer> {
  for (const { at, bytes } of pieces) {
    await until(clock, at);
    for (let left = bytes; left > 0; left -= PIECE_BYTES) yield hum(Math.min(left, PIECE_BYTES));
  }
  if (then === 'hangs') await new Promise(() => undefined);
  await until(clock, untilMs);
  if (then === 'breaks_off') throw new Error('It broke off then as well.');
}

function until(clock: Clock, atMs: number): Promise<void> {
  const leftMs = atMs - clock.now();
  if (leftMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    clock.setTimeout(resolve, leftMs);
  });
}

/** A saw-tooth of 200 Hz, which no detector takes for a hotword. */
function hum(bytes: number): Buffer {
  const pcm = Buffer.alloc(bytes);
  for (let at = 0; at + 1 < bytes; at += 2) pcm.writeInt16LE((((at / 2) % 80) - 40) * 100, at);
  return pcm;
}
