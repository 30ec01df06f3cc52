import type { Readable } from 'node:stream';

import type { Button } from '../ports';

/** Standard input: a terminal, a pipe, a file, or nothing at all. */
export type KeyboardInput = Readable & {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
};

export interface KeyboardButtonOptions {
  /** Default: standard input. */
  readonly input?: KeyboardInput;
  /** What Ctrl-C does, which a raw terminal hands on as a key. Default: SIGINT to this process. */
  readonly interrupt?: () => void;
}

const CTRL_C = 0x03;
const SPACE = 0x20;
const ENTER = 0x0d;
const LINE_FEED = 0x0a;

/**
 * Push-to-talk with the space bar or the enter key of a terminal. Of what is no terminal, each line
 * is a press. An input that ends or fails presses nothing any more, and does no other harm.
 *
 * The input is read, and a terminal is raw, only while somebody waits for a press. Where the
 * program exits meanwhile, Node gives the terminal its mode back.
 */
export class KeyboardButton implements Button {
  private readonly input: KeyboardInput;
  private readonly interrupt: () => void;
  private readonly callbacks = new Set<{ readonly call: () => void }>();
  private isReading = false;

  constructor(options: KeyboardButtonOptions = {}) {
    this.input = options.input ?? process.stdin;
    this.interrupt = options.interrupt ?? (() => process.kill(process.pid, 'SIGINT'));
  }

  /** What is to be pressed, in words for a person. */
  get keys(): string {
    return this.isTerminal ? 'space or enter' : 'a line on standard input';
  }

  onPress(callback: () => void): () => void {
    const entry = { call: callback }; // The same callback twice is two of them.
    this.callbacks.add(entry);
    this.start();
    return () => {
      this.callbacks.delete(entry);
      if (this.callbacks.size === 0) this.stop();
    };
  }

  /** Leaves the terminal as it was. May be called twice. */
  close(): void {
    this.callbacks.clear();
    this.stop();
  }

  private get isTerminal(): boolean {
    return this.input.isTTY === true && this.input.setRawMode !== undefined;
  }

  private start(): void {
    if (this.isReading) return;
    this.isReading = true;
    // Its 'error' stays listened to: one that comes after the end would end the program.
    this.input.off('error', this.stop).on('error', this.stop);
    this.input.on('data', this.heard).on('end', this.stop);
    this.setRaw(true);
    this.input.resume();
  }

  private readonly stop = (): void => {
    if (!this.isReading) return;
    this.isReading = false;
    this.input.off('data', this.heard).off('end', this.stop);
    this.input.pause();
    this.setRaw(false);
  };

  private setRaw(isRaw: boolean): void {
    if (this.isTerminal) this.input.setRawMode?.(isRaw);
  }

  private readonly heard = (data: Buffer | string): void => {
    for (const byte of Buffer.from(data)) {
      if (!this.isTerminal) this.press(byte === LINE_FEED);
      else if (byte === CTRL_C) this.interrupt();
      else this.press(byte === SPACE || byte === ENTER || byte === LINE_FEED);
    }
  };

  private press(isPress: boolean): void {
    if (!isPress) return;
    for (const { call } of [...this.callbacks]) call();
  }
}
