/** Posts what was said to a service, and speaks what it answers: 16 kHz mono s16le, both ways. */
import type { ConversationEngine, EngineHandlers, EngineSession } from '../../../src/ports';
import { UtteranceDetector } from '../../../src/server/utterance-detector';

export class HttpEngine implements ConversationEngine {
  constructor(private readonly url: string) {}

  open(handlers: EngineHandlers): Promise<EngineSession> {
    return Promise.resolve(new HttpSession(this.url, handlers));
  }
}

class HttpSession implements EngineSession {
  private readonly utterances = new UtteranceDetector();
  private readonly end = new AbortController();

  constructor(
    private readonly url: string,
    private readonly handlers: EngineHandlers,
  ) {}

  hear(pcm: Buffer): void {
    for (const found of this.utterances.push(pcm)) {
      if (found.type === 'speech') this.handlers.onSpeech();
      else void this.answer(found.pcm);
    }
  }

  close(): Promise<void> {
    this.end.abort();
    return Promise.resolve();
  }

  private async answer(question: Buffer): Promise<void> {
    const { signal } = this.end;
    this.handlers.onUtterance();
    try {
      const answer = await fetch(this.url, { method: 'POST', body: question, signal });
      if (!answer.ok || answer.body === null) throw new Error(`HTTP ${answer.status}`);
      this.handlers.onTurn({ audio: piecesOf(answer.body) });
    } catch {
      if (!signal.aborted) this.handlers.onFailed('http_failed');
    }
  }
}

async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const piece of body) yield Buffer.from(piece);
}
