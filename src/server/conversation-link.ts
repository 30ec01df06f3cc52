import type { InputProblem } from '../events';
import type { ProtocolVersion, ServerMessage } from '../protocol';

/** What a conversation needs of the connection that it is held over. */
export interface ConversationLink {
  readonly id: string;
  readonly device: string;
  readonly protocol: ProtocolVersion;
  /**
   * Sends a message, as far as the peer's protocol knows it. Never throws; on a connection that is
   * closing nothing is sent.
   */
  send(message: ServerMessage): void;
  /**
   * Sends a piece of speech. `onWritten` is called once it is written and there is room for more;
   * on a connection that is closing, never: what comes next there is its loss.
   */
  sendAudio(session: string, pcm: Buffer, onWritten: () => void): void;
  /** Counts something wrong that came in, and reports it. */
  reject(problem: InputProblem): void;
}
