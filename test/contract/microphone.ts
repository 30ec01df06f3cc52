/** What every `Microphone` must do, whether it stands in a room or not. */
import { expect } from 'chai';

import type {
  DeviceFailure,
  Listening,
  Microphone,
  MicrophoneHandlers,
  MicrophoneStream,
} from '../../src/ports';
import { fixturePcm } from '../audio/fixtures';

export interface MicrophoneWorld {
  readonly microphone: Microphone;
  /** A microphone whose device is not there. */
  readonly missing: Microphone;
  /** Speaks the fixture of this name into the microphone; resolves when all of it was said. */
  say(fixture: string): Promise<void>;
  /** Lets this much time pass, and maybe a little more where it is real. */
  pass(ms: number): Promise<void>;
  /** What the microphones hold, timers of their clock too: 0 after `close()`, if not at once. */
  holdings(): number;
  /** Frees the world; called once. */
  end(): Promise<void>;
}

/** What is said: 0.75 s. */
export const WORDS = 'hey-jarvis';

/** Long enough for any of these tests, on a busy machine and in real time. */
const PATIENCE_MS = 20_000;
const STEP_MS = 5;
/** From being heard by the device to being delivered, on a busy machine. */
const DELIVERY_MS = 500;

/** An open stream, and what its handlers were told. */
export class Listener {
  readonly stream: MicrophoneStream;
  readonly failures: DeviceFailure[] = [];
  private readonly pieces: Buffer[] = [];
  private isOpen = false;

  constructor(microphone: Microphone) {
    const handlers: MicrophoneHandlers = {
      onAudio: (pcm) => {
        expect(this.isOpen, 'told before open() returned').to.equal(true);
        expect(pcm.length % 2, 'half a sample').to.equal(0);
        expect(pcm.length, 'no sample').to.be.greaterThan(0);
        this.pieces.push(Buffer.from(pcm));
      },
      onFailed: (failure) => {
        expect(this.isOpen, 'told before open() returned').to.equal(true);
        this.failures.push(failure);
      },
    };
    this.stream = microphone.open(handlers);
    this.isOpen = true;
  }

  /** Tells it what to listen for; what is heard from then on can be asked for alone. */
  listenFor(purpose: Listening): this {
    this.stream.listenFor(purpose);
    return this;
  }

  /** All that was delivered so far. */
  heard(): Buffer {
    return Buffer.concat(this.pieces);
  }
}

/** A recording without the silence around it, which no device keeps as it was. */
export async function words(fixture: string): Promise<Buffer> {
  const pcm = await fixturePcm(fixture);
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
  const first = samples.findIndex((sample) => sample !== 0);
  const last = samples.findLastIndex((sample) => sample !== 0);
  return pcm.subarray(2 * first, 2 * (last + 1));
}

/** Whether nothing but silence was heard. */
export function isSilence(pcm: Buffer): boolean {
  return pcm.every((byte) => byte === 0);
}

/** Lets time pass until it is so; at the end of patience it is not. */
export async function until(world: MicrophoneWorld, isSo: () => boolean): Promise<void> {
  for (let ms = 0; !isSo() && ms < PATIENCE_MS; ms += STEP_MS) await world.pass(STEP_MS);
  expect(isSo(), isSo.toString()).to.equal(true);
}

export function microphoneContract(name: string, makeWorld: () => Promise<MicrophoneWorld>): void {
  describe(`${name} keeps the contract of Microphone`, () => {
    let world: MicrophoneWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(() => world.end());

    const open = (purpose: Listening): Listener =>
      new Listener(world.microphone).listenFor(purpose);
    /** Opens it, and waits until it hears. */
    const hearing = async (purpose: 'hotword' | 'session'): Promise<Listener> => {
      const listener = open('session');
      await until(world, () => listener.heard().length > 0);
      return listener.listenFor(purpose);
    };
    const released = (): Promise<void> => until(world, () => world.holdings() === 0);

    it('hears all that is said, sample by sample', async () => {
      const listener = await hearing('session');
      await world.say(WORDS);
      const said = await words(WORDS);
      await until(world, () => listener.heard().includes(said));
      expect(listener.failures).to.deep.equal([]);
      listener.stream.close();
    });

    it('delivers nothing as long as it is not told what to listen for', async () => {
      const listener = new Listener(world.microphone);
      await world.say(WORDS);
      await world.pass(DELIVERY_MS);
      expect(listener.heard()).to.have.length(0);
      listener.stream.close();
    });

    it('goes from the hotword to the session and back without a gap', async () => {
      const listener = await hearing('hotword');
      const saying = world.say(WORDS);
      for (let times = 0; times < 4; times++) {
        await world.pass(100);
        listener.listenFor(times % 2 === 0 ? 'session' : 'hotword');
      }
      await saying;
      const said = await words(WORDS);
      await until(world, () => listener.heard().includes(said));
      listener.stream.close();
    });

    it('delivers nothing from the moment at which the ear is closed', async () => {
      const listener = await hearing('session');
      const saying = world.say(WORDS);
      await world.pass(300);
      listener.listenFor('nothing');
      const { length } = listener.heard();
      await saying;
      await world.pass(DELIVERY_MS);
      expect(listener.heard()).to.have.length(length);
      listener.stream.close();
    });

    it('never delivers what was said while the ear was closed', async () => {
      const listener = await hearing('session');
      listener.listenFor('nothing');
      const { length } = listener.heard();
      await world.say(WORDS);
      listener.listenFor('session');
      await until(world, () => listener.heard().length > length);
      await world.pass(DELIVERY_MS);
      expect(isSilence(listener.heard().subarray(length))).to.equal(true);
      listener.stream.close();
    });

    it('tells once that its device is missing, and nothing else', async () => {
      const listener = new Listener(world.missing).listenFor('session');
      expect(listener.failures).to.deep.equal([]);
      await until(world, () => listener.failures.length > 0);
      await world.pass(DELIVERY_MS);
      expect(listener.failures).to.deep.equal(['device_missing']);
      expect(listener.heard()).to.have.length(0);
      listener.stream.close();
      await released();
    });

    it('is silent for good once it is closed, and may be closed twice', async () => {
      const listener = await hearing('session');
      const saying = world.say(WORDS);
      await world.pass(300);
      listener.stream.close();
      listener.stream.close();
      listener.listenFor('session');
      const { length } = listener.heard();
      await saying;
      await world.pass(DELIVERY_MS);
      expect(listener.heard()).to.have.length(length);
      expect(listener.failures).to.deep.equal([]);
    });

    it('holds nothing once it is closed', async () => {
      const listener = await hearing('session');
      expect(world.holdings()).to.be.greaterThan(0);
      listener.stream.close();
      await released();
    });

    it('can be closed in the moment in which it is opened', async () => {
      const listener = open('session');
      listener.stream.close();
      await released();
      expect(listener.failures).to.deep.equal([]);
      expect(listener.heard()).to.have.length(0);
    });

    it('can be opened again as soon as it is closed', async () => {
      (await hearing('session')).stream.close();
      const again = await hearing('session');
      await world.say(WORDS);
      const said = await words(WORDS);
      await until(world, () => again.heard().includes(said));
      again.stream.close();
    });

    it('is busy while it is open', async () => {
      const first = await hearing('session');
      const second = open('session');
      await until(world, () => second.failures.length > 0);
      expect(second.failures).to.deep.equal(['device_busy']);
      second.stream.close();
      const { length } = first.heard();
      await until(world, () => first.heard().length > length);
      expect(first.failures).to.deep.equal([]);
      first.stream.close();
    });

    it('may be closed by whoever is told of sound', async () => {
      let calls = 0;
      const stream = world.microphone.open({
        onAudio: () => {
          calls += 1;
          stream.close();
        },
        onFailed: () => (calls += 1),
      });
      stream.listenFor('session');
      await until(world, () => calls > 0);
      await world.pass(DELIVERY_MS);
      expect(calls).to.equal(1);
      await released();
    });
  });
}
