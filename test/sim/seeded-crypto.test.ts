import { expect } from 'chai';

import crypto from 'node:crypto';

import { lendRandomBytes, webSocketKeysAreSeeded } from '../../src/sim/seeded-crypto';
import type { HostPorts } from '../../src/sim/host';
import { simulate } from '../../src/sim/simulation';

/** The keys of the handshakes that a server sees in a run. */
async function keysOf(seed: number): Promise<readonly string[]> {
  const keys: string[] = [];
  const listen = (ports: HostPorts): { shutdown: () => Promise<void> } => {
    void ports.sockets.listen({ host: '::', port: 8765 }, ({ stream }) => {
      stream.on('error', () => undefined);
      stream.on('data', (bytes: Buffer) => {
        keys.push(/Sec-WebSocket-Key: (\S+)/.exec(bytes.toString())?.[1] ?? 'none');
        stream.destroy();
      });
    });
    return { shutdown: () => Promise.resolve() };
  };
  const story = { name: 'keys', story: 'A Pi dials.', lasts: '20 s' as const };
  await simulate(story, { seed, programs: { server: listen } });
  return keys;
}

describe('seeded crypto', () => {
  it('is what the WebSocket library uses', async () => {
    expect(await webSocketKeysAreSeeded()).to.equal(true);
  });

  it('gives the same handshake keys for the same seed, and others for another', async () => {
    const keys = await keysOf(1);
    expect(keys.length).to.be.greaterThan(2);
    expect(new Set(keys).size).to.equal(keys.length);
    expect(await keysOf(1)).to.deep.equal(keys);
    expect(await keysOf(2)).to.not.deep.equal(keys);
  });

  it('lends a source, and is the real one again afterwards', () => {
    lendRandomBytes((size) => Buffer.alloc(size, 7));
    try {
      expect(crypto.randomBytes(3)).to.deep.equal(Buffer.from([7, 7, 7]));
    } finally {
      lendRandomBytes(undefined);
    }
    expect(crypto.randomBytes(16)).to.not.deep.equal(crypto.randomBytes(16));
  });

  it('is real chance outside of runs', async () => {
    await keysOf(1);
    const first = crypto.randomBytes(16);
    await keysOf(1);
    expect(crypto.randomBytes(16)).to.not.deep.equal(first);
  });

  it('leaves the callback form alone', (done) => {
    crypto.randomBytes(4, (error, bytes) => {
      expect(bytes).to.have.length(4);
      done(error);
    });
  });
});
