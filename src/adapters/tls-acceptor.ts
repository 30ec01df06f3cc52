import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';

/** What a server shows of itself, in PEM. */
export interface Certificate {
  /** The certificate, and after it those that lead to a root. */
  readonly cert: string | Buffer;
  /** Its private key, without a passphrase. */
  readonly key: string | Buffer;
}

/** A certificate that cannot be used. */
export class CertificateError extends Error {
  readonly code = 'ERR_CERTIFICATE';

  /** @param problem - OpenSSL's words or ours; neither quotes what is in a key. */
  constructor(problem: string) {
    super(`the certificate or its key cannot be used: ${problem}`);
    this.name = 'CertificateError';
  }
}

/**
 * Makes TLS of accepted TCP streams, from TLS 1.2 on.
 *
 *   TCP accepted --> TLSSocket, handed on at once ... handshake ... the first byte of HTTP
 *
 * The server of `node:tls` hands a stream on when its handshake is over, and until then nobody but
 * itself counts it. Here it is counted, timed and cut like every stream that is not upgraded yet.
 */
export class TlsAcceptor {
  #context: SecureContext;

  /** Throws a {@link CertificateError}. */
  constructor(certificate: Certificate) {
    this.#context = contextOf(certificate);
  }

  /** For streams to come. Throws a {@link CertificateError}, and then all stays as it was. */
  setCertificate(certificate: Certificate): void {
    this.#context = contextOf(certificate);
  }

  accept(socket: Socket): TLSSocket {
    const stream = new TLSSocket(socket, { isServer: true, secureContext: this.#context });
    // What breaks after the handshake Node tells of here alone, and leaves the stream as it is.
    stream.on('_tlsError', (error: Error) => stream.destroy(error));
    return Object.assign(stream, { resetAndDestroy: () => reset(stream, socket) });
  }
}

/** Node has no RST for a TLS stream: it is the TCP stream below that is reset. */
function reset(stream: TLSSocket, below: Socket): TLSSocket {
  below.resetAndDestroy();
  return stream.destroy();
}

function contextOf({ cert, key }: Certificate): SecureContext {
  // Node takes what is empty for what is left out, and every handshake would fail.
  if (cert.length === 0 || key.length === 0) throw new CertificateError('it is empty');
  try {
    return createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw new CertificateError((error as Error).message);
  }
}
