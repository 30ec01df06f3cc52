import type { EngineHandlers, EngineTurn } from '../../../src/ports';

/** What an engine says, in order, and the answers that it gives. */
export class EngineEar implements EngineHandlers {
  readonly called: string[] = [];
  readonly turns: EngineTurn[] = [];

  readonly onSpeech = (): void => {
    // Said over and over while somebody speaks.
    if (this.called.at(-1) !== 'speech') this.called.push('speech');
  };

  readonly onUtterance = (transcript?: string): void => {
    this.called.push(transcript === undefined ? 'utterance' : `utterance: ${transcript}`);
  };

  readonly onTurn = (turn: EngineTurn): void => {
    this.called.push(turn.transcript === undefined ? 'turn' : `turn: ${turn.transcript}`);
    this.turns.push(turn);
  };

  readonly onInterrupted = (): void => {
    this.called.push('interrupted');
  };

  readonly onFailed = (label: string): void => {
    this.called.push(`failed: ${label}`);
  };

  /** Why the conversation ended; each time. */
  get failures(): string[] {
    return this.called.filter((each) => each.startsWith('failed')).map((each) => each.slice(8));
  }

  /** All of the sound of an answer. */
  async sound(turn = 0): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.turns[turn]!.audio) pieces.push(piece);
    return Buffer.concat(pieces);
  }
}
