import { expect } from 'chai';

import {
  failureOfClose,
  failureOfError,
  failureOfStatus,
  GEMINI_FAILURES,
  type GeminiFailure,
} from '../../../src/adapters/engines/gemini-failure';
import { FakeGemini, until, type FakeGeminiOptions, type Visit } from './fake-gemini';
import { GeminiBench, KEY } from './gemini-bench';

const SILENCE = Buffer.alloc(4_800);
const MINUTE_MS = 60_000;

describe('the labels of Gemini', () => {
  it('tell the statuses of an upgrade apart', () => {
    const labels: readonly [number, GeminiFailure][] = [
      [400, 'bad_key'],
      [401, 'bad_key'],
      [403, 'bad_key'],
      [429, 'quota'],
      [404, 'refused'],
      [302, 'refused'],
      [101, 'protocol'],
      [500, 'internal_error'],
      [503, 'internal_error'],
    ];
    for (const [status, label] of labels) expect(failureOfStatus(status)).to.equal(label);
  });

  it('tell close frames apart, by their words and then by their codes', () => {
    const labels: readonly [number, string, GeminiFailure][] = [
      [1007, 'API key not valid. Please pass a valid API key.', 'bad_key'],
      [1008, 'Permission denied: PERMISSION_DENIED', 'bad_key'],
      [1008, 'You exceeded your current quota, please check your plan', 'quota'],
      [1011, 'generic::resource_exhausted: RESOURCE_EXHAUSTED: Maximum concurrent se', 'quota'],
      [1011, 'Deadline expired before operation could complete.', 'time_limit'],
      [1011, 'Internal error encountered.', 'internal_error'],
      [1008, 'models/x is not found for API version v1beta', 'refused'],
      [1007, 'Request contains an invalid argument.', 'refused'],
      [1001, '', 'go_away'],
      [1006, '', 'network'],
      [1000, '', 'closed'],
      [1005, '', 'closed'],
      [4000, '', 'refused'],
    ];
    for (const [code, reason, label] of labels) {
      expect(failureOfClose(code, reason, MINUTE_MS), `${code} ${reason}`).to.equal(label);
    }
  });

  it('take an end without a word after ten minutes for the limit', () => {
    for (const code of [1000, 1005, 1006]) {
      expect(failureOfClose(code, '', 10 * MINUTE_MS)).to.equal('time_limit');
    }
  });

  it('tell a broken way from broken frames', () => {
    expect(failureOfError('ECONNREFUSED')).to.equal('network');
    expect(failureOfError('CERT_HAS_EXPIRED')).to.equal('network');
    expect(failureOfError('WS_ERR_INVALID_OPCODE')).to.equal('protocol');
    expect(failureOfError(undefined)).to.equal('protocol');
  });
});

describe('GeminiLiveEngine, where something goes wrong', () => {
  let bench: GeminiBench;

  afterEach(async () => bench.over());

  /** It ended with one label, of the list; nothing that it shows has the key in it. */
  function expectFailure(label: GeminiFailure): void {
    expect(GEMINI_FAILURES).to.include(label);
    expect(bench.ear.failures).to.deep.equal([label]);
    const shown = `${bench.ear.called.join()} ${bench.error?.stack} ${JSON.stringify(bench.error)}`;
    expect(shown).not.to.contain(KEY);
  }

  describe('at the start', () => {
    const refusals: readonly [string, FakeGeminiOptions, GeminiFailure][] = [
      ['a bad key at the upgrade', { upgrade: 400 }, 'bad_key'],
      ['a key that may not', { upgrade: 403 }, 'bad_key'],
      ['too many requests', { upgrade: 429 }, 'quota'],
      ['a redirect, which is not followed', { upgrade: 302 }, 'refused'],
      ['a service with a fault', { upgrade: 503 }, 'internal_error'],
      ['a reset', { upgrade: 'reset' }, 'network'],
      ['an answer that is no upgrade', { upgrade: 'nonsense' }, 'protocol'],
    ];
    for (const [what, options, label] of refusals) {
      it(`ends with ${label} at ${what}`, async () => {
        bench = await GeminiBench.start(options);
        await bench.open();
        expect(bench.error).to.include({ code: 'ERR_GEMINI', failure: label });
        expectFailure(label);
      });
    }

    it('ends with network where nobody listens', async () => {
      bench = await GeminiBench.start();
      const gone = await FakeGemini.start();
      const { baseUrl } = gone;
      await gone.close();
      await bench.over();
      bench = await GeminiBench.start({}, { baseUrl });
      await bench.open();
      expectFailure('network');
    });

    for (const options of [{ upgrade: 'never' }, { setsUp: false }] as const) {
      it(`ends with setup_timeout after 4.5 s: ${Object.keys(options).join()}`, async () => {
        bench = await GeminiBench.start(options);
        const opened = bench.begin();
        await until('the service is asked', () => bench.service.upgrades === 1);
        await bench.clock.pass(4_499);
        expect(bench.ear.failures).to.deep.equal([]);
        await bench.clock.pass(1);
        await opened;
        expectFailure('setup_timeout');
      });
    }

    const closes: readonly [number, string, GeminiFailure][] = [
      [1007, 'API key not valid. Please pass a valid API key.', 'bad_key'],
      [1008, 'You exceeded your current quota', 'quota'],
      [1011, 'RESOURCE_EXHAUSTED', 'quota'],
      [1008, 'models/none is not found', 'refused'],
      [1011, 'Internal error', 'internal_error'],
    ];
    for (const [code, reason, label] of closes) {
      it(`ends with ${label} at close ${code} in answer to the setup`, async () => {
        bench = await GeminiBench.start({ setsUp: false });
        const opened = bench.begin();
        await until('the setup arrives', () => bench.visit?.setup !== undefined);
        bench.visit.socket.close(code, reason);
        await opened;
        expectFailure(label);
      });
    }

    it('is not told what came before it was set up, but takes what comes with that', async () => {
      bench = await GeminiBench.start({ setsUp: false });
      const opened = bench.begin();
      await until('the setup arrives', () => bench.visit?.setup !== undefined);
      bench.visit.stream.cork();
      bench.visit.say({ setupComplete: {} });
      bench.visit.say({ goAway: { timeLeft: '50s' } });
      bench.visit.stream.uncork();
      await opened;
      expectFailure('go_away');
    });
  });

  describe('in every state of a conversation', () => {
    const states: readonly [string, (visit: Visit) => void, string][] = [
      ['listening', (visit) => visit.content({ inputTranscription: { text: 'W' } }), 'speech'],
      ['thinking', (visit) => visit.content({ outputTranscription: { text: 'I' } }), 'utterance'],
      ['speaking', (visit) => visit.speak(SILENCE), 'turn'],
      ['spoken', (visit) => visit.speak(SILENCE, { turnComplete: true }), 'turn'],
      ['interrupted', (visit) => visit.content({ interrupted: true }), 'interrupted'],
    ];
    const ends: readonly [string, (visit: Visit) => void, GeminiFailure][] = [
      ['close 1011', (visit) => visit.socket.close(1011, 'Internal error'), 'internal_error'],
      ['close 1008', (visit) => visit.socket.close(1008, 'quota exceeded'), 'quota'],
      ['close 1000', (visit) => visit.socket.close(1000), 'closed'],
      ['a reset', (visit) => visit.reset(), 'network'],
      ['the end of the stream', (visit) => visit.socket.terminate(), 'network'],
      ['text that is no JSON', (visit) => visit.socket.send('{"serverContent":'), 'protocol'],
    ];
    for (const [state, reach, sign] of states) {
      for (const [what, end, label] of ends) {
        it(`ends with ${label} at ${what} while ${state}`, async () => {
          bench = await GeminiBench.talking();
          reach(bench.visit);
          await bench.called(sign);
          end(bench.visit);
          await bench.failed();
          expectFailure(label);
          // Nothing of an answer is left to wait for.
          for (const turn of bench.ear.turns.keys()) await bench.ear.sound(turn);
        });
      }
    }
  });

  describe('by what comes in', () => {
    const nonsense: readonly [string, string | Buffer][] = [
      ['an empty message', ''],
      ['no JSON', Buffer.from([0xff, 0xfe, 0])],
      ['no object', '[]'],
      ['null', 'null'],
      ['content of another shape', '{"serverContent":[]}'],
      ['parts of another shape', '{"serverContent":{"modelTurn":{"parts":"x"}}}'],
      ['a transcript that is a number', '{"serverContent":{"inputTranscription":{"text":7}}}'],
      ['a flag that is text', '{"serverContent":{"interrupted":"yes"}}'],
      ['a farewell of another shape', '{"goAway":{"timeLeft":7}}'],
    ];
    for (const [what, message] of nonsense) {
      it(`ends with protocol at ${what}`, async () => {
        bench = await GeminiBench.talking();
        bench.visit.socket.send(message);
        await bench.failed();
        expectFailure('protocol');
      });
    }

    for (const type of ['audio/ogg', 'audio/pcm;rate=7', 'audio/pcm;rate=192000']) {
      it(`ends with protocol at sound of ${type}`, async () => {
        bench = await GeminiBench.talking();
        bench.visit.speak(SILENCE, {}, type);
        await bench.failed();
        expectFailure('protocol');
      });
    }

    it('ends with protocol where the rate changes in the middle of an answer', async () => {
      bench = await GeminiBench.talking();
      bench.visit.speak(SILENCE);
      bench.visit.speak(SILENCE, {}, 'audio/pcm;rate=48000');
      await bench.failed();
      expectFailure('protocol');
    });

    it('ends with protocol at a message beyond 4 MiB', async () => {
      bench = await GeminiBench.talking();
      bench.visit.socket.send(`{}${' '.repeat(4 * 1024 * 1024 - 1)}`);
      await bench.failed();
      expectFailure('protocol');
    });

    it('takes text messages, binary ones, split ones, and a slow drip of bytes', async () => {
      bench = await GeminiBench.talking();
      const { socket, stream } = bench.visit;
      socket.send(JSON.stringify({ serverContent: { inputTranscription: { text: 'a' } } }));
      const text = JSON.stringify({ serverContent: { inputTranscription: { text: 'ü' } } });
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at++) {
        socket.send(bytes.subarray(at, at + 1), { binary: true, fin: at === bytes.length - 1 });
      }
      const frame = Buffer.concat([Buffer.from([0x82, bytes.length]), bytes]);
      for (const byte of frame) {
        await new Promise<void>((resolve) => {
          stream.write(Buffer.from([byte]), () => setImmediate(resolve));
        });
      }
      bench.visit.content({ outputTranscription: { text: 'x' } });
      await bench.called('utterance: aüü');
      expect(bench.ear.failures).to.deep.equal([]);
    });

    it('lives with what it does not know', async () => {
      bench = await GeminiBench.talking();
      bench.visit.say({ toolCall: { functionCalls: [{ id: '1', name: 'x' }] } });
      bench.visit.say({ sessionResumptionUpdate: { newHandle: 'h', resumable: true } });
      bench.visit.say({ serverContent: { waitingForInput: true, groundingMetadata: {} } });
      bench.visit.say({ setupComplete: {} });
      const image = { inlineData: { data: 'AAAA', mimeType: 'image/png' } };
      bench.visit.content({ modelTurn: { parts: [image] } });
      await bench.called('utterance');
      await bench.hear();
      expect(bench.ear.called).to.deep.equal(['utterance']);
    });
  });

  describe('by silence', () => {
    it('ends with network when nothing comes for 45 s after a ping', async () => {
      bench = await GeminiBench.talking();
      bench.visit.socket.pause();
      await bench.clock.pass(54_999);
      expect(bench.ear.failures).to.deep.equal([]);
      await bench.clock.pass(1);
      expectFailure('network');
      bench.visit.socket.resume();
    });

    it('goes on for as long as the service answers pings', async () => {
      bench = await GeminiBench.talking();
      let pings = 0;
      bench.visit.socket.on('ping', () => (pings += 1));
      for (let count = 1; count <= 12; count++) {
        await bench.clock.pass(10_000);
        await until('the ping arrives', () => pings === count);
        await bench.visitAnswered();
      }
      expect(bench.ear.failures).to.deep.equal([]);
    });

    it('ends with network where our sound finds no way out', async () => {
      bench = await GeminiBench.talking();
      bench.visit.socket.pause();
      // Kernels take some megabytes, and then half a megabyte waits with us.
      for (let count = 0; count < 600 && bench.ear.failures.length === 0; count++) {
        bench.session?.hear(Buffer.alloc(64_000));
        await new Promise(setImmediate);
      }
      expectFailure('network');
      bench.visit.socket.resume();
    });
  });

  describe('when the service goes away', () => {
    it('ends with go_away at once where nobody speaks', async () => {
      bench = await GeminiBench.talking();
      await bench.hear();
      bench.visit.say({ goAway: { timeLeft: '50s' } });
      await bench.failed();
      expectFailure('go_away');
    });

    it('takes the question, speaks the answer to its end, and then ends', async () => {
      bench = await GeminiBench.talking();
      bench.visit.content({ inputTranscription: { text: 'What time is it?' } });
      bench.visit.say({ goAway: { timeLeft: '50s' } });
      await bench.visitAnswered();
      await bench.hear();
      bench.visit.speak(SILENCE);
      await bench.called('turn');
      bench.visit.speak(SILENCE, { turnComplete: true });
      expect(await bench.ear.sound()).to.have.length(6_400);
      await bench.clock.pass(20_000);
      expect(bench.ear.failures).to.deep.equal([]);
      // Sound of the person: the answer was heard.
      bench.session?.hear(SILENCE);
      expectFailure('go_away');
      expect(bench.visit.messages.at(-1)?.realtimeInput?.audio?.data).to.have.length(4_268);
    });

    it('ends after an answer of nothing as well', async () => {
      bench = await GeminiBench.talking();
      bench.visit.content({ outputTranscription: { text: ' ' } });
      bench.visit.say({ goAway: { timeLeft: '50s' } });
      bench.visit.content({ turnComplete: true });
      await bench.failed();
      expectFailure('go_away');
    });

    it('ends a second before the time is up, whatever is on', async () => {
      bench = await GeminiBench.talking();
      bench.visit.speak(SILENCE);
      bench.visit.say({ goAway: { timeLeft: '12.5s' } });
      await bench.called('turn');
      await bench.visitAnswered();
      await bench.clock.pass(11_499);
      expect(bench.ear.failures).to.deep.equal([]);
      await bench.clock.pass(1);
      expectFailure('go_away');
    });

    for (const goAway of [{}, { timeLeft: 'soon' }]) {
      it(`goes by its close frame where the time is ${JSON.stringify(goAway)}`, async () => {
        bench = await GeminiBench.talking();
        bench.visit.speak(SILENCE);
        bench.visit.say({ goAway });
        await bench.visitAnswered();
        bench.visit.socket.close(1011, 'The operation was aborted.');
        await bench.failed();
        expectFailure('go_away');
      });
    }

    it('ends with time_limit where ten minutes pass, and nobody says goodbye', async () => {
      bench = await GeminiBench.talking();
      for (let minute = 0; minute < 10; minute++) {
        for (let count = 0; count < 6; count++) {
          await bench.clock.pass(10_000);
          await bench.visitAnswered();
        }
      }
      bench.visit.socket.close(1000);
      await bench.failed();
      expectFailure('time_limit');
    });
  });

  it('ends with protocol where the SDK has no seam for sockets', async () => {
    bench = await GeminiBench.start();
    const { sdk } = bench.engine as unknown as { sdk: { GoogleGenAI: unknown } };
    const GoogleGenAI = class {
      readonly live = {};
    };
    Object.assign(bench.engine, { sdk: { ...sdk, GoogleGenAI } });
    await bench.open();
    expectFailure('protocol');
  });
});
