/** Certificates that tests make by themselves: X.509 (RFC 5280) in DER, written by hand. */
import { generateKeyPairSync, sign } from 'node:crypto';

import type { Certificate } from '../../src/adapters/tls-acceptor';

export interface Validity {
  readonly from: Date;
  readonly until: Date;
}

const DAY_MS = 86_400_000;

/** A time that lies so many days from now. */
export function inDays(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, text: 0x0c } as const;
const [TIME, SEQUENCE, SET, VERSION, EXTENSIONS] = [0x18, 0x30, 0x31, 0xa0, 0xa3];
const [DNS_NAME, IP_ADDRESS] = [0x82, 0x87];
const OID = {
  commonName: Buffer.from('550403', 'hex'),
  subjectAltName: Buffer.from('551d11', 'hex'),
  ecdsaWithSha256: Buffer.from('2a8648ce3d040302', 'hex'),
};

/** A certificate for `localhost` and 127.0.0.1 that signs itself: it is its own `ca`. */
export function makeCertificate(
  { from, until }: Validity = { from: inDays(-1), until: inDays(1) },
  serial = 1,
): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, der(TAG.oid, OID.ecdsaWithSha256));
  const name = nameOf('localhost');
  const body = der(
    SEQUENCE,
    der(VERSION, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, Buffer.from([serial])),
    algorithm,
    name,
    der(SEQUENCE, timeOf(from), timeOf(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, alternativeNames())),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]);
  const cert = der(SEQUENCE, body, algorithm, der(TAG.bits, signature));
  return {
    cert: pem('CERTIFICATE', cert),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

function nameOf(text: string): Buffer {
  const pair = der(SEQUENCE, der(TAG.oid, OID.commonName), der(TAG.text, Buffer.from(text)));
  return der(SEQUENCE, der(SET, pair));
}

function alternativeNames(): Buffer {
  const names = der(
    SEQUENCE,
    der(DNS_NAME, Buffer.from('localhost')),
    der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])),
  );
  return der(SEQUENCE, der(TAG.oid, OID.subjectAltName), der(TAG.octets, names));
}

/** `20261125160818Z` */
function timeOf(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '');
  return der(TIME, Buffer.from(digits));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, Math.floor(length / 0x100), length % 0x100];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
