import { STATUS_CODES } from 'node:http';

import type { Door } from './door';
import type { EndOwner, FlowHost, TcpEnd } from './tcp-flow';
import type { Endpoint } from './virtual-socket';

/** A request that is longer than this is answered before its end. */
const MAX_REQUEST_BYTES = 65_536;

/**
 * A box that takes the connections meant for a host, and answers whatever is asked over HTTP: a
 * proxy whose server is away, or the login page of a hotel.
 */
export class Portal implements Door {
  readonly host: FlowHost;
  readonly address: Endpoint;
  /** A certificate for the host is what it cannot have. */
  readonly tlsProblem = 'ERR_TLS_CERT_ALTNAME_INVALID';
  private readonly answer: Buffer;

  /**
   * @param status - of HTTP, and final: 200 to 599.
   * @param page - where a person would log in.
   */
  constructor(meantFor: string, port: number, status: number, page: string) {
    // No host of a scenario has such a name, and the trace is to tell the two apart.
    this.host = { name: `portal@${meantFor}`, isUp: true };
    this.address = { address: meantFor, port };
    this.answer = Buffer.from(answerOf(status, page));
  }

  accept(end: TcpEnd): boolean {
    end.owner = new PortalEnd(end, this.answer);
    return true;
  }
}

/** One connection to a portal: it is asked once, answers and hangs up. */
class PortalEnd implements EndOwner {
  private readonly end: TcpEnd;
  private readonly answer: Buffer;
  private request = '';
  private hasAnswered = false;

  constructor(end: TcpEnd, answer: Buffer) {
    this.end = end;
    this.answer = answer;
  }

  onAccepted(): boolean {
    return true;
  }

  onInbound(): void {
    for (let inbound = this.end.read(); inbound !== undefined; inbound = this.end.read()) {
      if (inbound.kind === 'data') this.heard(inbound.bytes);
      else this.end.close();
    }
  }

  onWritten(): void {
    // It writes once, and less than a send buffer.
  }

  onForgotten(): void {
    // It keeps no list.
  }

  private heard(bytes: Buffer): void {
    if (this.hasAnswered) return;
    this.request += bytes.toString('latin1');
    const isWhole = this.request.includes('\r\n\r\n');
    if (!isWhole && this.request.length < MAX_REQUEST_BYTES) return;
    this.hasAnswered = true;
    this.end.write(this.answer, () => undefined);
    this.end.end();
  }
}

function answerOf(status: number, page: string): string {
  const reason = STATUS_CODES[status] ?? 'Unknown';
  const body = `<!DOCTYPE html><title>Log in</title><a href="${page}">${reason}</a>\n`;
  return [
    `HTTP/1.1 ${status} ${reason}`,
    ...(status === 302 ? [`Location: ${page}`] : []),
    ...(status === 401 ? ['WWW-Authenticate: Basic realm="portal"'] : []),
    ...(status === 503 ? ['Retry-After: 30'] : []),
    'Content-Type: text/html; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
