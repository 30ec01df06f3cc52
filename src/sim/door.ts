import type { FlowHost, TcpEnd } from './tcp-flow';
import type { TlsCode } from './tls-handshake';
import type { Endpoint } from './virtual-socket';

/** What waits for whoever dials a port: a program that listens, or a box in its place. */
export interface Door {
  /** Where the connection ends. */
  readonly host: FlowHost;
  readonly address: Endpoint;
  /** Why no client takes its certificate, whatever its clock shows. */
  readonly tlsProblem?: TlsCode;
  /** The handshake is complete. False where nobody is there any more. */
  accept(end: TcpEnd, remote: Endpoint): boolean;
}
