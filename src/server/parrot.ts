import { BYTES_PER_MS } from '../constants';
import type { ConversationEngine, EngineHandlers, EngineSession } from '../ports';
import { UtteranceDetector } from './utterance-detector';

/** As much as other engines give at a time. */
const CHUNK_BYTES = 100 * BYTES_PER_MS;

/** Says back what it hears. It needs no key and no network, so the server works on any machine. */
export class ParrotEngine implements ConversationEngine {
  open(handlers: EngineHandlers): Promise<EngineSession> {
    return Promise.resolve(new ParrotSession(handlers));
  }
}

class ParrotSession implements EngineSession {
  private readonly handlers: EngineHandlers;
  private readonly detector = new UtteranceDetector();
  private isClosed = false;

  constructor(handlers: EngineHandlers) {
    this.handlers = handlers;
  }

  hear(pcm: Buffer): void {
    for (const event of this.detector.push(pcm)) {
      // Whoever is told may close the session.
      if (this.isClosed) return;
      if (event.type === 'speech') this.handlers.onSpeech();
      else this.sayBack(event.pcm);
    }
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  private sayBack(pcm: Buffer): void {
    this.handlers.onUtterance();
    if (!this.isClosed) this.handlers.onTurn({ audio: chunksOf(pcm) });
  }
}

async function* chunksOf(pcm: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < pcm.length; at += CHUNK_BYTES) yield pcm.subarray(at, at + CHUNK_BYTES);
}
