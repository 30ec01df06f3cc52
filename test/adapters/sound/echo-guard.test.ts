import { expect } from 'chai';

import { EchoGuard } from '../../../src/adapters/sound/echo-guard';

const PIECE_MS = 20;
/** What is dropped after the ear opened, for the time that a device takes. */
const ALLOWANCE_MS = 50;
/** By when the guard knows how late sound comes. */
const CALM_MS = 10_000;

/** PCM whose samples tell, in steps of 1 ms, when they were recorded: 1, 2, 3 ... */
function recording(fromMs: number, toMs: number): Buffer {
  const pcm = Buffer.alloc((toMs - fromMs) * 32);
  for (let at = 0; at < pcm.length; at += 2) {
    pcm.writeUInt16LE((fromMs + Math.floor(at / 32) + 1) % 65_536, at);
  }
  return pcm;
}

/** A recorder that was started at 0, and its guard. */
class Bench {
  readonly guard = new EchoGuard(0);
  nowMs = 0;
  private recordedMs = 0;
  private heard: Buffer[] = [];

  /** So much is recorded, and comes as it is. */
  record(ms: number): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += PIECE_MS;
      this.read(this.nowMs);
    }
    return this;
  }

  /** So much is recorded while nothing is read. */
  stall(ms: number): this {
    this.nowMs += ms;
    return this;
  }

  /** What waits comes now, up to what was recorded at `untilMs`. */
  read(untilMs: number): this {
    const pcm = recording(this.recordedMs, untilMs);
    this.recordedMs = untilMs;
    this.heard.push(Buffer.from(this.guard.admit(pcm, this.nowMs)));
    return this;
  }

  listenFor(purpose: 'hotword' | 'session' | 'nothing'): this {
    this.guard.listenFor(purpose, this.nowMs);
    return this;
  }

  /** What was let through since this was asked last. */
  take(): Buffer {
    const heard = Buffer.concat(this.heard);
    this.heard = [];
    return heard;
  }
}

describe('EchoGuard', () => {
  it('lets nothing through before the ear opens', () => {
    expect(new Bench().record(1_000).take()).to.have.length(0);
  });

  it('lets everything through from a moment after it opened', () => {
    const bench = new Bench().record(CALM_MS).listenFor('session').record(1_000);
    expect(bench.take()).to.deep.equal(recording(CALM_MS + ALLOWANCE_MS, CALM_MS + 1_000));
  });

  it('cuts the piece in which the ear opened, at a sample', () => {
    const bench = new Bench().record(CALM_MS).stall(7).listenFor('session').stall(93);
    bench.read(bench.nowMs);
    expect(bench.take()).to.deep.equal(recording(CALM_MS + 7 + ALLOWANCE_MS, CALM_MS + 100));
  });

  it('drops what was recorded before the ear opened and comes after it', () => {
    const bench = new Bench().record(CALM_MS).stall(3_000).listenFor('hotword');
    bench.read(CALM_MS + 1_000).read(CALM_MS + 2_990);
    expect(bench.take()).to.have.length(0);
    bench.record(200);
    const openedMs = CALM_MS + 3_000;
    expect(bench.take()).to.deep.equal(recording(openedMs + ALLOWANCE_MS, openedMs + 200));
  });

  it('drops it where another stall comes between', () => {
    const bench = new Bench().record(CALM_MS).stall(3_000).listenFor('hotword').stall(2_000);
    bench.read(bench.nowMs);
    const openedMs = CALM_MS + 3_000;
    expect(bench.take()).to.deep.equal(recording(openedMs + ALLOWANCE_MS, openedMs + 2_000));
  });

  it('lets all through that was recorded while the ear was open, however late it comes', () => {
    const bench = new Bench().record(CALM_MS).listenFor('session').record(200);
    bench
      .stall(3_000)
      .read(bench.nowMs - 1_000)
      .read(bench.nowMs)
      .record(100);
    expect(bench.take()).to.deep.equal(recording(CALM_MS + ALLOWANCE_MS, CALM_MS + 3_300));
  });

  it('lets nothing through once the ear is closed, of what was recorded before either', () => {
    const bench = new Bench().record(CALM_MS).listenFor('session').record(200);
    bench.take();
    bench.stall(500).listenFor('nothing');
    bench.read(bench.nowMs).record(500);
    expect(bench.take()).to.have.length(0);
  });

  it('forgets what waited while the ear was open, once it opens again', () => {
    const bench = new Bench().record(CALM_MS).listenFor('session').record(200).stall(500);
    bench.take();
    bench.listenFor('nothing').listenFor('session');
    bench.read(bench.nowMs);
    expect(bench.take()).to.have.length(0);
  });

  it('has no gap where it listens for something else', () => {
    const bench = new Bench().record(CALM_MS).listenFor('hotword').record(200).stall(500);
    bench.listenFor('session');
    bench.read(bench.nowMs).listenFor('hotword').record(100);
    expect(bench.take()).to.deep.equal(recording(CALM_MS + ALLOWANCE_MS, CALM_MS + 800));
  });

  it('has no gap where sound comes sooner than before, and so is older than it seemed', () => {
    const guard = new EchoGuard(0);
    const lateMs = 80;
    const admitted = (endMs: number, cameMs: number) =>
      guard.admit(recording(endMs - PIECE_MS, endMs), cameMs).length;
    for (let endMs = PIECE_MS; endMs <= CALM_MS; endMs += PIECE_MS) {
      admitted(endMs, endMs + lateMs);
    }
    guard.listenFor('session', CALM_MS + lateMs);
    const ahead = [20, 40, 60].map((ms) => admitted(CALM_MS + ms, CALM_MS + ms + lateMs));
    expect(ahead).to.deep.equal([0, 0, 320]);
    expect(admitted(CALM_MS + 80, CALM_MS + 80)).to.equal(PIECE_MS * 32);
  });

  it('puts halves of samples together', () => {
    const { guard } = new Bench().record(CALM_MS).listenFor('session').record(200);
    const sound = recording(0, 10);
    const heard = [sound.subarray(0, 33), sound.subarray(33, 34), sound.subarray(34)].map((piece) =>
      Buffer.from(guard.admit(piece, CALM_MS + 210)),
    );
    expect(heard.map(({ length }) => length)).to.deep.equal([32, 2, 286]);
    expect(Buffer.concat(heard)).to.deep.equal(sound);
  });

  it('keeps samples whole across a time in which the ear is closed', () => {
    const bench = new Bench().record(CALM_MS);
    const sound = recording(0, 200);
    bench.guard.admit(sound.subarray(0, 1), bench.nowMs);
    bench.listenFor('session');
    const heard = bench.guard.admit(sound.subarray(1), bench.nowMs + 200);
    expect(heard).to.deep.equal(recording(ALLOWANCE_MS, 200));
  });

  it('tells what was lost', () => {
    const bench = new Bench().record(CALM_MS);
    bench.nowMs += 700;
    for (let piece = 0; piece < 500; piece++) {
      bench.nowMs += PIECE_MS;
      bench.guard.admit(recording(0, PIECE_MS), bench.nowMs);
    }
    expect(bench.guard.takeLostMs()).to.be.closeTo(700, 1);
  });
});
