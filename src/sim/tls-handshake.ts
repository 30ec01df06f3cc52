/**
 * Of TLS, what a client makes of the certificate that it is shown. Nothing is enciphered: a stream
 * that is let through is a plain one.
 *
 *   client                                server
 *     | connect                             |
 *     | ClientHello ----------------------> |   again like any lost data
 *     | <---------------------- Certificate |
 *     | verified, or given up               |
 */
import type { Path, Undo } from './path';
import { retransmissionMs } from './tcp-pipe';
import type { Entry, VirtualClock } from './virtual-clock';

/** Node's codes for a handshake that fails; the last is its server's alert. */
export const TLS_CODES = [
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
] as const;

export type TlsCode = (typeof TLS_CODES)[number];

/** From when to when a certificate is valid, in milliseconds since 1970-01-01T00:00:00Z. */
export interface Validity {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** 2025-01-01T00:00:00Z to 2030-01-01T00:00:00Z: at the beginning of a run it is 2026. */
export const USUAL_VALIDITY: Validity = { fromMs: 1_735_689_600_000, untilMs: 1_893_456_000_000 };

/** What a client whose clock shows `wallMs` has against a certificate. */
export function untimely({ fromMs, untilMs }: Validity, wallMs: number): TlsCode | undefined {
  if (wallMs < fromMs) return 'CERT_NOT_YET_VALID';
  return wallMs >= untilMs ? 'CERT_HAS_EXPIRED' : undefined;
}

/** As Node reports it: an error with a code and no system call. */
export function tlsError(code: TlsCode, host: string): Error {
  return Object.assign(new Error(`TLS with ${host}: ${code}`), { code });
}

/** Calls back when the certificate has come. Returns how to give up. */
export function awaitCertificate(
  clock: VirtualClock,
  there: Path,
  back: Path,
  onShown: () => void,
): Undo {
  const sentMs = clock.now();
  let sendings = 0;
  let timer: Entry;
  const isOpen = (): boolean => !there.isCut && !back.isCut;
  const send = (): void => {
    sendings += 1;
    timer = isOpen() ? clock.schedule(there.delayMs + back.delayMs, show) : again();
  };
  const show = (): void => {
    if (isOpen()) onShown();
    else timer = again();
  };
  const again = (): Entry => {
    while (sentMs + retransmissionMs(sendings) <= clock.now()) sendings += 1;
    return clock.schedule(sentMs + retransmissionMs(sendings) - clock.now(), send);
  };
  send();
  return () => clock.cancel(timer);
}
