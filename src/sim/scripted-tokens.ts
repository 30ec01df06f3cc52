import type { Authenticator, Clock } from '../ports';
import type { TokenSpec } from './host-spec';

/** The tokens of a scenario. Nobody measures how long it takes to compare them. */
export class ScriptedTokens implements Authenticator {
  /** @param clock - the operator's: the time of the story, also while the server stands still. */
  constructor(
    private readonly tokens: readonly TokenSpec[],
    private readonly clock: Clock,
  ) {}

  verify(device: string, token: string | undefined): boolean {
    return this.tokens.some(
      (known) => known.device === device && known.token === token && this.counts(known),
    );
  }

  private counts({ since, until = Infinity }: TokenSpec): boolean {
    const nowMs = this.clock.now();
    return since <= nowMs && nowMs < until;
  }
}
