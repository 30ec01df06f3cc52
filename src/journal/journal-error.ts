/** A text that cannot be read as a journal at all. Its message says why, and what to do. */
export class JournalError extends Error {
  readonly code = 'ERR_JOURNAL';

  constructor(message: string) {
    super(message);
    this.name = 'JournalError';
  }
}
