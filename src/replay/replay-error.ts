/** Journals that nothing can be replayed from. The message says what is missing. */
export class ReplayError extends Error {
  readonly code: 'REPLAY_NOTHING' | 'REPLAY_NO_INCIDENT' | 'REPLAY_TOO_LONG';

  constructor(code: ReplayError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
