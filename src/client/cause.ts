import type { FailureLabel, Initiator } from '../events';
import { closeFrameLabel } from '../failure-label';
import { asPrintable } from '../peer-words';

/** What a failed dial or a lost connection is reported with. */
export interface Cause {
  readonly label: FailureLabel;
  readonly initiator: Initiator;
  readonly code?: number;
  readonly reason?: string;
  readonly httpStatus?: number;
}

/** What a close frame of the server's tells; 1005 is none (RFC 6455 section 7.1.5). */
export function causeOfCloseFrame(code: number, reason: string): Cause {
  const NO_STATUS = 1005;
  const said = asPrintable(reason);
  return {
    ...{ label: closeFrameLabel(code, reason), initiator: 'remote' },
    ...(code === NO_STATUS ? {} : { code }),
    ...(said === undefined ? {} : { reason: said }),
  };
}
