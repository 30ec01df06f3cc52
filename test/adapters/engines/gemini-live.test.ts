import { expect } from 'chai';

import { resample } from '../../../src/audio/resample';
import { DEFAULT_GEMINI_MODEL, openGeminiLive } from '../../../src/adapters/engines/gemini-live';
import { FakeClock } from '../../server/conversation-bench';
import { GeminiBench, KEY } from './gemini-bench';
import { until } from './fake-gemini';

/** Mono s16le that is not the same anywhere: so much of it at 24 kHz. */
function voice(samples: number, seed = 1): Buffer {
  const pcm = Buffer.alloc(samples * 2);
  for (let at = 0, state = seed; at < samples; at++) {
    state = (state * 48_271) % 0x7fff_ffff;
    pcm.writeInt16LE((state % 20_000) - 10_000, at * 2);
  }
  return pcm;
}

/** The same sound as the port has it. */
function at16kHz(pcm: Buffer, fromHz = 24_000): Buffer {
  const source = {
    sampleRateHz: fromHz,
    length: pcm.length / 2,
    read(start: number, into: Float64Array): void {
      for (let i = 0; i < into.length; i++) {
        const at = (start + i) * 2;
        into[i] = at >= 0 && at < pcm.length ? pcm.readInt16LE(at) : 0;
      }
    },
  };
  const samples = [...resample(source, 16_000)].flatMap((block) => [...block]);
  const out = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, at) => out.writeInt16LE(Math.round(sample), at * 2));
  return out;
}

describe('openGeminiLive', () => {
  const clock = new FakeClock();

  async function problemOf(options: object): Promise<Error & { code?: string; option?: string }> {
    try {
      await openGeminiLive({ apiKey: KEY, clock, ...options });
    } catch (error) {
      return error as Error;
    }
    throw new Error('it was accepted');
  }

  it('names the option that cannot be used, and shows no value', async () => {
    const wrong: readonly [string, unknown][] = [
      ['apiKey', ''],
      ['apiKey', 'secret key'],
      ['apiKey', 'secret\n'],
      ['apiKey', 'secret&alt=sse'],
      ['model', 'secret model'],
      ['voice', 'secret/voice'],
      ['instructions', 'secret'.repeat(10_000)],
      ['setupTimeoutMs', 0],
      ['setupTimeoutMs', Infinity],
      ['setupTimeoutMs', NaN],
      ['baseUrl', 'secret'],
      ['baseUrl', 'http://secret.example'],
      ['baseUrl', 'https://user:secret@127.0.0.1'],
    ];
    for (const [option, value] of wrong) {
      const problem = await problemOf({ [option]: value });
      expect(problem).to.include({ code: 'ERR_GEMINI_OPTION', option });
      expect(`${problem.message} ${problem.stack}`).not.to.contain('secret');
    }
  });

  it('says which package is missing', async () => {
    const missing = Object.assign(new Error('no'), { code: 'ERR_MODULE_NOT_FOUND' });
    const problem = await openGeminiLive({ apiKey: KEY, clock }, () =>
      Promise.reject(missing),
    ).then(
      () => undefined,
      (error: Error & { code?: string }) => error,
    );
    expect(problem?.code).to.equal('ERR_ENGINE_NOT_INSTALLED');
    expect(problem?.message).to.contain('npm install @google/genai');
  });

  it('dials nobody', async () => {
    const bench = await GeminiBench.start();
    expect(bench.service.upgrades).to.equal(0);
    await bench.over();
  });
});

describe('GeminiLiveEngine', () => {
  let bench: GeminiBench;

  afterEach(async () => bench.over());

  describe('sets up', () => {
    it('sound in both directions, transcripts of both, instructions and a voice', async () => {
      bench = await GeminiBench.talking({ instructions: 'You are TARS.', voice: 'Kore' });
      expect(bench.visit.setup).to.deep.equal({
        model: `models/${DEFAULT_GEMINI_MODEL}`,
        generationConfig: {
          responseModalities: ['AUDIO'],
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } } },
        },
        systemInstruction: { parts: [{ text: 'You are TARS.' }], role: 'user' },
        inputAudioTranscription: {},
        outputAudioTranscription: {},
      });
      expect(bench.visit.address).to.contain('google.ai.generativelanguage.v1beta.');
      expect(bench.visit.address).to.contain('BidiGenerateContent?key=');
    });

    it('another model, and nothing that was not asked for', async () => {
      bench = await GeminiBench.talking({ model: 'gemini-3.1-flash-live-preview' });
      expect(bench.visit.setup).to.deep.equal({
        model: 'models/gemini-3.1-flash-live-preview',
        generationConfig: { responseModalities: ['AUDIO'] },
        inputAudioTranscription: {},
        outputAudioTranscription: {},
      });
    });

    it('whatever the environment says of other services', async () => {
      const { env } = process;
      env['GOOGLE_GENAI_USE_VERTEXAI'] = 'true';
      env['GOOGLE_GEMINI_BASE_URL'] = 'http://127.0.0.1:1';
      try {
        bench = await GeminiBench.talking();
      } finally {
        delete env['GOOGLE_GENAI_USE_VERTEXAI'];
        delete env['GOOGLE_GEMINI_BASE_URL'];
      }
      expect(bench.visit.address).to.contain('generativelanguage');
    });

    it('a connection for each conversation', async () => {
      bench = await GeminiBench.talking();
      const first = bench.session;
      await bench.open();
      expect(bench.service.visits).to.have.length(2);
      await first?.close();
      await bench.hear();
      expect(bench.ear.failures).to.deep.equal([]);
    });
  });

  describe('hears', () => {
    it('16 kHz PCM, and says so', async () => {
      bench = await GeminiBench.talking();
      const pcm = voice(1_600);
      bench.session?.hear(pcm);
      await until('the sound arrives', () => bench.visit.heard.length === pcm.length);
      expect(bench.visit.heard.equals(pcm)).to.equal(true);
      expect(bench.visit.messages.at(-1)?.realtimeInput?.audio?.mimeType).to.equal(
        'audio/pcm;rate=16000',
      );
    });

    it('that somebody speaks, by words and by the voice itself', async () => {
      bench = await GeminiBench.talking();
      bench.visit.content({ inputTranscription: { text: 'What' } });
      await bench.called('speech');
      bench.ear.called.length = 0;
      bench.visit.say({ voiceActivity: { voiceActivityType: 'ACTIVITY_START' } });
      await bench.called('speech');
      bench.ear.called.length = 0;
      await bench.hear();
      expect(bench.ear.called, 'on and on').to.deep.equal(['speech']);
      bench.visit.say({ voiceActivity: { voiceActivityType: 'ACTIVITY_END' } });
      bench.visit.content({ outputTranscription: { text: 'It' } });
      await bench.called('utterance: What');
      bench.ear.called.length = 0;
      await bench.hear();
      expect(bench.ear.called).to.deep.equal([]);
    });
  });

  describe('answers', () => {
    it('with what was said, and with sound at 16 kHz', async () => {
      bench = await GeminiBench.talking();
      const pcm = voice(24_000);
      bench.visit.content({ inputTranscription: { text: 'What time' } });
      bench.visit.content({ inputTranscription: { text: ' is it?' } });
      bench.visit.speak(pcm);
      bench.visit.content({ generationComplete: true });
      bench.visit.content({ turnComplete: true });
      await bench.called('turn');
      expect(bench.ear.called).to.deep.equal(['speech', 'utterance: What time is it?', 'turn']);
      expect((await bench.ear.sound()).equals(at16kHz(pcm))).to.equal(true);
    });

    it('with the same sound, however it is cut, also in the middle of a sample', async () => {
      bench = await GeminiBench.talking();
      const pcm = voice(10_000);
      for (let at = 0, length = 1; at < pcm.length; at += length, length = (length * 7) % 1_013) {
        bench.visit.speak(pcm.subarray(at, at + length));
      }
      bench.visit.content({ turnComplete: true });
      await bench.called('turn');
      expect((await bench.ear.sound()).equals(at16kHz(pcm))).to.equal(true);
    });

    it('with all that comes in one message', async () => {
      bench = await GeminiBench.talking();
      const pcm = voice(2_400);
      const inlineData = { data: pcm.toString('base64'), mimeType: 'audio/pcm;rate=24000' };
      bench.visit.content({
        inputTranscription: { text: 'Hello.' },
        outputTranscription: { text: 'Hello!' },
        modelTurn: { parts: [{ text: 'hm', thought: true }, { inlineData }, { inlineData }] },
        generationComplete: true,
        turnComplete: true,
      });
      await bench.called('turn');
      expect(bench.ear.called).to.deep.equal(['speech', 'utterance: Hello.', 'turn']);
      const twice = Buffer.concat([pcm, pcm]);
      expect((await bench.ear.sound()).equals(at16kHz(twice))).to.equal(true);
    });

    it('at the rate that the message tells', async () => {
      bench = await GeminiBench.talking();
      const pcm = voice(4_800);
      bench.visit.speak(pcm, { turnComplete: true }, 'audio/pcm;rate=48000');
      await bench.called('turn');
      expect((await bench.ear.sound()).equals(at16kHz(pcm, 48_000))).to.equal(true);
    });

    it('once for each turn, with the words of that turn alone', async () => {
      bench = await GeminiBench.talking();
      bench.visit.content({ inputTranscription: { text: 'One.' } });
      bench.visit.speak(voice(2_400), { turnComplete: true });
      await bench.called('turn');
      // These come too late, and belong to nothing.
      bench.visit.content({ inputTranscription: { text: 'One, again.' } });
      await bench.visitAnswered();
      await bench.hear();
      bench.visit.content({ inputTranscription: { text: 'Two.' } });
      bench.visit.speak(voice(2_400, 2), { turnComplete: true });
      await bench.called('utterance: Two.');
      expect(bench.ear.turns).to.have.length(2);
      expect((await bench.ear.sound(1)).equals(at16kHz(voice(2_400, 2)))).to.equal(true);
    });

    it('and tells the words when they come late', async () => {
      bench = await GeminiBench.talking();
      bench.visit.speak(voice(2_400));
      bench.visit.content({ inputTranscription: { text: 'That’s all.' } });
      bench.visit.content({ generationComplete: true });
      await bench.called('utterance: That’s all.');
      expect(bench.ear.called).to.deep.equal([
        'utterance',
        'turn',
        'speech',
        'utterance: That’s all.',
      ]);
    });

    it('and tells no late words of an answer that was given up', async () => {
      bench = await GeminiBench.talking();
      bench.visit.speak(voice(2_400));
      await bench.called('turn');
      await bench.ear.turns[0]!.audio[Symbol.asyncIterator]().return?.();
      bench.visit.content({ inputTranscription: { text: 'Late.' }, turnComplete: true });
      await bench.visitAnswered();
      expect(bench.ear.called).to.deep.equal(['utterance', 'turn', 'speech']);
    });

    for (const parts of [[], [{ text: 'Only words.' }], [{ text: 'hm', thought: true }]]) {
      it(`nothing, where no sound comes but ${JSON.stringify(parts)}, and says that`, async () => {
        bench = await GeminiBench.talking();
        bench.visit.content({ outputTranscription: { text: ' ' }, modelTurn: { parts } });
        bench.visit.content({ turnComplete: true });
        await bench.called('turn: ');
        expect(bench.ear.called).to.deep.equal(['utterance', 'turn: ']);
        expect(await bench.ear.sound()).to.have.length(0);
      });
    }

    it('leaves a turn alone in which it does nothing', async () => {
      bench = await GeminiBench.talking();
      bench.visit.content({ inputTranscription: { text: 'Mumble.' } });
      bench.visit.content({ turnComplete: true });
      bench.visit.say({ usageMetadata: { totalTokenCount: 7 }, something: { new: true } });
      await bench.hear();
      expect(bench.ear.called).to.deep.equal(['speech']);
    });

    it('breaks off with an error where more waits than may, after what had come', async () => {
      bench = await GeminiBench.talking();
      const minute = Buffer.alloc(32_000 * 60);
      for (let count = 0; count < 6; count++) bench.visit.speak(minute, {}, 'audio/pcm;rate=16000');
      bench.visit.content({ turnComplete: true });
      await bench.called('turn');
      await bench.visitAnswered();
      let bytes = 0;
      const problem = await (async () => {
        for await (const piece of bench.ear.turns[0]!.audio) bytes += piece.length;
        return undefined;
      })().catch((error: Error & { code?: string }) => error);
      expect(problem?.code).to.equal('ERR_ANSWER_TOO_LONG');
      expect(bytes).to.equal(9_600_000);
      expect(bench.ear.failures, 'the conversation goes on').to.deep.equal([]);
    });
  });

  describe('is interrupted', () => {
    it('and its answer ends, whatever of it waits', async () => {
      bench = await GeminiBench.talking();
      bench.visit.content({ inputTranscription: { text: 'Tell me' } });
      bench.visit.speak(voice(24_000));
      bench.visit.content({ inputTranscription: { text: ' of cats.' } });
      bench.visit.content({ interrupted: true });
      bench.visit.content({ turnComplete: true });
      await bench.called('interrupted');
      expect(await bench.ear.sound()).to.have.length(0);
      bench.visit.speak(voice(2_400, 3), { turnComplete: true });
      await bench.called('utterance:  of cats.');
      expect((await bench.ear.sound(1)).equals(at16kHz(voice(2_400, 3)))).to.equal(true);
      expect(bench.ear.called).to.deep.equal([
        ...['speech', 'utterance: Tell me', 'turn', 'speech', 'interrupted'],
        ...['utterance:  of cats.', 'turn'],
      ]);
    });

    it('also after all of the answer has come', async () => {
      bench = await GeminiBench.talking();
      bench.visit.speak(voice(24_000), { generationComplete: true });
      await bench.called('turn');
      expect(await bench.ear.sound()).to.have.length(32_000);
      bench.visit.content({ interrupted: true });
      await bench.called('interrupted');
    });

    it('and takes no sound of the message that says so', async () => {
      bench = await GeminiBench.talking();
      bench.visit.speak(voice(2_400));
      bench.visit.speak(voice(2_400), { interrupted: true, turnComplete: true });
      await bench.called('interrupted');
      await bench.hear();
      expect(bench.ear.turns).to.have.length(1);
    });
  });

  describe('is closed', () => {
    it('in good order, and hears and says nothing more', async () => {
      bench = await GeminiBench.talking();
      await bench.session?.close();
      bench.session?.hear(voice(100));
      await until('the close frame arrives', () => bench.visit.closeCode === 1000);
      expect(bench.visit.heard).to.have.length(0);
      expect(bench.ear.called).to.deep.equal([]);
    });

    it('in the middle of an answer', async () => {
      bench = await GeminiBench.talking();
      bench.visit.speak(voice(24_000));
      await bench.called('turn');
      const closed = bench.session?.close();
      bench.visit.speak(voice(24_000));
      bench.visit.content({ interrupted: true });
      await closed;
      expect(await bench.ear.sound()).to.have.length(0);
      expect(bench.ear.called).to.deep.equal(['utterance', 'turn']);
    });

    it('a second later where the service does not answer the close frame', async () => {
      bench = await GeminiBench.talking();
      bench.visit.socket.pause();
      let isClosed = false;
      const closed = bench.session?.close().then(() => {
        isClosed = true;
      });
      await bench.clock.pass(999);
      expect(isClosed).to.equal(false);
      await bench.clock.pass(1);
      await closed;
      bench.visit.socket.resume();
    });

    for (const options of [{ upgrade: 'never' }, { setsUp: false }] as const) {
      it(`while it opens: ${Object.keys(options).join()}`, async () => {
        bench = await GeminiBench.start(options);
        const opened = bench.begin();
        await until('the service is asked', () => bench.service.upgrades === 1);
        await bench.engine.close();
        await opened;
        expect(bench.error).to.include({ code: 'ERR_GEMINI', failure: 'closed' });
        expect(bench.ear.called).to.deep.equal([]);
      });
    }

    it('before it has dialled', async () => {
      bench = await GeminiBench.start();
      const opened = bench.begin();
      await bench.engine.close();
      await opened;
      expect(bench.error).to.include({ failure: 'closed' });
    });
  });
});
