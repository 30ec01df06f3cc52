import {
  CLOSE_GOING_AWAY,
  CLOSE_POLICY,
  CLOSE_SERVICE_RESTART,
  CLOSE_TOO_BIG,
  CLOSE_TRY_LATER,
  REPLACED_REASON,
} from './constants';
import type { DialFailure, FailureLabel, LossLabel } from './events';

/** Node's error codes for a dial, as labels. What is not here is told apart by its prefix. */
const DIAL_CODES: Readonly<Record<string, DialFailure>> = {
  CERT_HAS_EXPIRED: 'tls_expired',
  CERT_NOT_YET_VALID: 'tls_not_yet_valid',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
  ECONNREFUSED: 'dial_refused',
  ECONNRESET: 'dial_closed',
  EHOSTDOWN: 'dial_unreachable',
  EHOSTUNREACH: 'dial_unreachable',
  ENETDOWN: 'dial_unreachable',
  ENETUNREACH: 'dial_unreachable',
  ENOTFOUND: 'dns',
  EPIPE: 'dial_closed',
  EPROTO: 'tls',
  ETIMEDOUT: 'dial_timeout',
};

/** OpenSSL's names for a certificate that cannot be trusted do not share a prefix. */
const TLS_CODE = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_)/;

/**
 * Why a dial failed.
 *
 * @param code - `code` of the error that the socket, `http` or `ws` reported; absent for an answer
 * that
 *   breaks the protocol, because `ws` gives those no code.
 */
export function dialFailureLabel(code: string | undefined): FailureLabel {
  if (code === undefined) return 'protocol_error';
  const label = DIAL_CODES[code];
  if (label !== undefined) return label;
  if (TLS_CODE.test(code)) return 'tls';
  return code.startsWith('HPE_') || code.startsWith('WS_ERR_') ? 'protocol_error' : 'unknown';
}

/** The label of a close frame that the server sent. */
export function closeFrameLabel(code: number, reason: string): LossLabel {
  switch (code) {
    case CLOSE_GOING_AWAY:
    case CLOSE_SERVICE_RESTART:
      return 'peer_restart';
    case CLOSE_TRY_LATER:
      return reason === REPLACED_REASON ? 'replaced' : 'busy';
    case CLOSE_POLICY:
      return 'policy';
    case CLOSE_TOO_BIG:
      return 'overload';
    default:
      return 'peer_close';
  }
}

/**
 * The label of a connection that ended without a close frame.
 *
 * @param streamCode - `code` of the socket's own error, which `ws` keeps to itself.
 * @param protocolCode - `code` of what `ws` found wrong in the frames.
 */
export function brokenLinkLabel(
  streamCode: string | undefined,
  protocolCode: string | undefined,
): LossLabel {
  if (protocolCode === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return 'overload';
  if (protocolCode?.startsWith('WS_ERR_') === true) return 'protocol_error';
  if (streamCode === undefined) return 'fin';
  if (streamCode === 'ETIMEDOUT') return 'tcp_timeout';
  return streamCode === 'ECONNRESET' || streamCode === 'EPIPE' ? 'reset' : 'unknown';
}
