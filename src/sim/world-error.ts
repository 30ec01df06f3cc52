/** A run cannot go on. */
export class WorldError extends Error {
  readonly code: 'SIM_TIME_STOPPED';

  constructor(code: 'SIM_TIME_STOPPED', message: string) {
    super(message);
    this.code = code;
  }
}
