import { once } from 'node:events';

import { WebSocket } from 'ws';

/** A debugger, as far as these tests need one (Chrome DevTools Protocol). */
export class Debugger {
  private readonly socket: WebSocket;
  private sent = 0;
  private readonly answers = new Map<number, (result: Record<string, unknown>) => void>();
  private readonly pauses: ((callFrame: string) => void)[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data) => this.heard(JSON.parse(String(data)) as Message));
  }

  /** Attaches, and lets the program begin. Resolves with the innermost frame once it stops. */
  async firstPause(): Promise<string> {
    const paused = new Promise<string>((resolve) => this.pauses.push(resolve));
    await once(this.socket, 'open');
    await this.ask('Debugger.enable');
    await this.ask('Runtime.enable');
    await this.ask('Runtime.runIfWaitingForDebugger');
    return paused;
  }

  async evaluate(callFrameId: string, expression: string): Promise<unknown> {
    const asked = { callFrameId, expression, returnByValue: true };
    const { result } = await this.ask('Debugger.evaluateOnCallFrame', asked);
    return (result as { value?: unknown }).value;
  }

  ask(method: string, params: object = {}): Promise<Record<string, unknown>> {
    this.sent += 1;
    const id = this.sent;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.answers.set(id, resolve));
  }

  close(): void {
    this.socket.close();
  }

  private heard({ id, method, params, result }: Message): void {
    if (id !== undefined) this.answers.get(id)?.(result ?? {});
    const frame = params?.callFrames?.[0]?.callFrameId;
    if (method === 'Debugger.paused' && frame !== undefined) this.pauses.shift()?.(frame);
  }
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: Record<string, unknown>;
  readonly params?: { readonly callFrames?: readonly { readonly callFrameId: string }[] };
}
