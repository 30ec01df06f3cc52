import { CLOSE_BAD_DATA, CLOSE_POLICY, CLOSE_PROTOCOL_ERROR, CLOSE_TOO_BIG } from '../constants';
import type { Initiator, LossLabel } from '../events';
import { brokenLinkLabel, closeFrameLabel } from '../failure-label';
import { asPrintable } from '../peer-words';

/** How a connection was lost: its label, who ended it, and the close frame where there was one. */
export interface Loss {
  readonly label: LossLabel;
  readonly initiator: Initiator;
  readonly code?: number;
  readonly reason?: string;
}

/** What RFC 6455 section 7.1.5 has for a close frame without a code, and for none at all. */
const NO_STATUS = 1005;
const ABNORMAL = 1006;

/** The close codes that `ws` sends for what is wrong in frames, where it is not 1002. */
const SENT: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: CLOSE_BAD_DATA,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: CLOSE_POLICY,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: CLOSE_TOO_BIG,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: CLOSE_TOO_BIG,
};

/** The loss that the close event of a WebSocket tells, where nothing told it before. */
export function lossByClose(code: number, reason: string): Loss {
  if (code === ABNORMAL) return { label: 'fin', initiator: 'network' };
  const said = asPrintable(reason);
  return {
    ...{ label: closeFrameLabel(code, ''), initiator: 'remote' },
    ...(code === NO_STATUS ? {} : { code }),
    ...(said === undefined ? {} : { reason: said }),
  };
}

/** The loss that an error of the byte stream tells. */
export function lossByStreamError(error: NodeJS.ErrnoException): Loss {
  return { label: brokenLinkLabel(error.code ?? 'unknown', undefined), initiator: 'network' };
}

/** The loss by frames that the WebSocket library refuses; it sends the close code itself. */
export function lossByFrameError(error: NodeJS.ErrnoException): Loss {
  const label = brokenLinkLabel(undefined, error.code ?? 'WS_ERR_UNKNOWN');
  return { label, initiator: 'local', code: SENT[error.code ?? ''] ?? CLOSE_PROTOCOL_ERROR };
}
