/**
 * Whatever strangers send: the server lives, keeps nothing of it, and another device's session goes
 * on as if nobody else were there. In virtual time, over streams in memory; `bench/hostile.ts` does
 * the same for millions of frames, `real-tcp.test.ts` for some over the sockets of the machine.
 */
import { expect } from 'chai';
import fc from 'fast-check';

import { frame, OPCODE, upgradeRequest } from '../server/server-bench';
import { cook, frames, noise, requests } from './attacks';
import { FORGIVING, HostileBench, liveBytes, settled } from './hostile-bench';
import type { HostileStream } from './hostile-stream';

const MIB = 2 ** 20;

describe('a server under attack', function () {
  this.timeout(120_000);

  for (const [how, settings] of [
    ['with its usual limits', {}],
    ['that forgives everything', FORGIVING],
  ] as const) {
    it(`takes frames of every kind, by the hundred thousand, ${how}`, async () => {
      const bench = await HostileBench.started(settings);
      let sent = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(frames, { minLength: 4, maxLength: 10, size: 'max' }),
          async (visitors) => {
            for (const [index, recipes] of visitors.entries()) {
              const stream = await bench.device(`mallory-${index}`);
              const cooked = cook(recipes);
              sent += cooked.frames;
              sendInPieces(stream, cooked.bytes);
            }
            await settled();
            await bench.goOn();
          },
        ),
        { numRuns: 250 },
      );
      expect(sent, 'frames').to.be.greaterThan(100_000);
      expect(bench.counts.get('input.rejected'), 'of them read and wrong').to.be.greaterThan(
        20_000,
      );
      await bench.testify();
      expect(bench.counts.get('callback.threw')).to.equal(undefined);
      await bench.over();
    });
  }

  it('takes requests of every kind, and bytes that are none', async () => {
    const bench = await HostileBench.started();
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 1, maxLength: 8 }), async (all) => {
        for (const [index, bytes] of all.entries()) {
          sendInPieces(bench.stranger(`192.0.2.${index}`), bytes);
        }
        await settled();
        await bench.goOn();
      }),
      { numRuns: 300 },
    );
    await bench.testify();
    await bench.calm();
    await bench.over();
  });

  it('takes a right handshake with noise behind it, in one piece', async () => {
    const bench = await HostileBench.started();
    await fc.assert(
      fc.asyncProperty(fc.nat(5_000), fc.nat(0xffff), async (bytes, salt) => {
        const stream = bench.stranger();
        const request = Buffer.from(upgradeRequest({ 'TARS-Device': 'mallory' }));
        stream.send(Buffer.concat([request, noise(bytes, salt)]));
        await settled();
        expect(stream.heard).to.match(/^HTTP\/1\.1 101 /);
      }),
      { numRuns: 500 },
    );
    await bench.testify();
    await bench.calm();
    await bench.over();
  });

  it('holds no more than its limit of handshakes that are dripped byte by byte', async () => {
    const bench = await HostileBench.started();
    const request = upgradeRequest();
    let most = 0;
    for (let second = 0; second < 60; second += 1) {
      const strangers = Array.from({ length: 40 }, (_, index) =>
        bench.stranger(`192.0.2.${index % 20}`),
      );
      for (let tenth = 0; tenth < 10; tenth += 1) {
        for (const stranger of strangers) stranger.send(request[tenth] as string);
        await bench.goOn();
        const open = strangers.filter(({ destroyed }) => !destroyed).length;
        most = Math.max(most, open);
      }
    }
    expect(most).to.equal(16);
    await bench.testify();
    await bench.calm();
    await bench.over();
  });

  it('lets an honest device in amid a flood of connections', async () => {
    const bench = await HostileBench.started();
    for (let wave = 0; wave < 20; wave += 1) {
      for (let count = 0; count < 1_000; count += 1) {
        const stranger = bench.stranger(`192.0.2.${count % 250}`);
        if (count % 3 === 0) stranger.send('GET / HTTP/1.1\r\n\r\n');
        if (count % 5 === 0) stranger.destroy();
      }
      await bench.goOn();
    }
    const visitor = await bench.connect('latecomer');
    expect(visitor.types).to.deep.equal(['welcome']);
    // What is refused is reported up to a limit; the rest is as quiet as it is harmless.
    expect(bench.counts.get('link.refused')).to.be.lessThan(250);
    visitor.leave();
    await bench.calm();
    await bench.over();
  });

  it('needs no more memory after many attacks than after some', async () => {
    const bench = await HostileBench.started();
    const visitors = fc.sample(fc.array(frames, { minLength: 8, maxLength: 8 }), {
      seed: 1,
      numRuns: 20,
    });
    const attack = async (): Promise<number> => {
      for (const recipes of visitors) {
        for (const [index, each] of recipes.entries()) {
          const stream = await bench.device(`mallory-${index}`);
          sendInPieces(stream, cook(each).bytes);
        }
        await bench.goOn();
      }
      await bench.calm();
      return liveBytes();
    };
    await attack();
    const before = await attack();
    for (let round = 0; round < 5; round += 1) await attack();
    const after = await attack();
    expect(after - before, 'bytes that were kept').to.be.lessThan(4 * MIB);
    await bench.over();
  });

  it('keeps little of a message that comes in parts, each with 64 KiB of pings', async () => {
    const bench = await HostileBench.started({ byteBurst: 1_000 * MIB, messageBurst: 1_000_000 });
    const ping = frame(OPCODE.pong, Buffer.alloc(125));
    const pings = Buffer.concat(Array<Buffer>(490).fill(ping));
    const part = (opcode: number) => frame(opcode, 'x', { flags: 0 });
    await bench.testify();
    const before = await liveBytes();
    for (let index = 0; index < 8; index += 1) {
      const stream = await bench.device(`mallory-${index}`);
      for (let count = 0; count < 40; count += 1) {
        const opcode = count === 0 ? OPCODE.text : OPCODE.continuation;
        stream.send(Buffer.concat([part(opcode), pings]));
        await settled();
        if (count === 30) expect(stream.destroyed, 'up').to.equal(false);
      }
    }
    expect(bench.counts.get('link.lost')).to.equal(8);
    // 32 parts, and with each the 64 KiB that it was read with, until the goodbye is over.
    expect((await liveBytes()) - before).to.be.lessThan(8 * 32 * 65_536 + 4 * MIB);
    await bench.calm();
    expect((await liveBytes()) - before).to.be.lessThan(4 * MIB);
    await bench.over();
  });

  it('keeps little of a frame that comes byte by byte', async () => {
    const bench = await HostileBench.started();
    const stream = await bench.device('mallory');
    const before = await liveBytes();
    stream.send(frame(OPCODE.binary, Buffer.alloc(60_000)).subarray(0, 14));
    for (let byte = 0; byte < 10_000; byte += 1) {
      stream.send(Buffer.alloc(1));
      if (byte % 100 === 0) await settled();
    }
    await settled();
    expect((await liveBytes()) - before).to.be.lessThan(4 * MIB);
    expect(bench.counts.get('link.lost')).to.equal(1);
    await bench.calm();
    await bench.over();
  });
});

/** In pieces of 64 KiB, as from a kernel, for as long as the server reads. */
function sendInPieces(stream: HostileStream, bytes: Buffer): void {
  const PIECE_BYTES = 65_536;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    if (!stream.send(bytes.subarray(at, at + PIECE_BYTES))) return;
  }
}
