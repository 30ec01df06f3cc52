/** Journals that nothing can be replayed from. The message says what is missing. */
export class ReplayError extends Error {
  readonly code: 'REPLAY_NO_CLIENT' | 'REPLAY_NOTHING' | 'REPLAY_TWO_CLIENTS';

  constructor(code: ReplayError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
