import { expect } from 'chai';
import type { z } from 'zod';

import type { EngineTurn } from '../../src/ports';
import { hostSchema } from '../../src/sim/host-spec';
import { loadFixtures } from '../../src/sim/fixtures';
import { ScriptedEngine } from '../../src/sim/scripted-engine';
import { VirtualClock, type Entry } from '../../src/sim/virtual-clock';

type Script = Extract<z.input<typeof hostSchema>, { readonly program: 'server' }>['engine'];

/** An engine in use: what it says, and when. */
class Bench {
  readonly clock = new VirtualClock();
  readonly trace: string[] = [];
  /** What it tells the simulation of itself. */
  readonly acts: string[] = [];
  readonly engine: ScriptedEngine;
  sound: (name: string) => Buffer = () => Buffer.alloc(3_200);

  constructor(script: Script) {
    const spec = hostSchema.parse({ program: 'server', engine: script ?? {} });
    if (spec.program !== 'server' || spec.engine === undefined) throw new Error('no engine');
    const clock = {
      now: () => this.clock.now(),
      setTimeout: (run: () => void, ms: number) => this.clock.schedule(Math.max(1, ms), run),
      clearTimeout: (timer: object | undefined) => this.clock.cancel(timer as Entry),
    };
    this.engine = new ScriptedEngine(spec.engine, {
      remoteClock: clock,
      sound: (name) => this.sound(name),
      report: (event) => this.acts.push(event.type === 'engine.acted' ? event.act : event.type),
    });
  }

  /** Opens a conversation, in which somebody asks something at once. */
  async ask(untilMs = 60_000): Promise<readonly string[]> {
    const question = (await loadFixtures()).sound('what-time-is-it');
    void this.engine
      .open({
        onSpeech: () => undefined,
        onUtterance: (said) => this.say(said === undefined ? 'utterance' : `utterance '${said}'`),
        onTurn: (turn) => void this.listen(turn),
        onInterrupted: () => this.say('interrupted'),
        onFailed: (label) => this.say(`failed ${label}`),
      })
      .then((session) => {
        this.say('open');
        this.hear = () => session.hear(Buffer.concat([question, Buffer.alloc(40_000)]));
        this.hear();
        this.close = () => session.close().then(() => this.say('closed'));
      })
      .catch((error: Error) => this.say(error.message));
    await this.runTo(untilMs);
    return this.trace;
  }

  hear: () => void = () => undefined;
  close: () => Promise<void> = () => Promise.resolve();

  async runTo(untilMs: number): Promise<void> {
    await immediate();
    for (let entry = this.clock.next(untilMs); entry; entry = this.clock.next(untilMs)) {
      entry.run();
      await immediate();
    }
  }

  private async listen({ audio, transcript }: EngineTurn): Promise<void> {
    this.say(`turn '${transcript}'`);
    let bytes = 0;
    try {
      for await (const piece of audio) bytes += piece.length;
      this.say(`${bytes} bytes`);
    } catch (error) {
      this.say(`${bytes} bytes, and ${(error as Error).message}`);
    }
  }

  private say(what: string): void {
    this.trace.push(`${this.clock.now()} ${what}`);
  }
}

function immediate(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('ScriptedEngine', () => {
  it('answers an utterance after a while, with so much sound', async () => {
    const trace = await new Bench({ answersAfter: '3 s', answerLasts: '2 s' }).ask();
    expect(trace).to.deep.equal([
      ...['1 open', '1 utterance'],
      ...["3001 turn 'An answer.'", '3001 64000 bytes'],
    ]);
  });

  it('opens as late as it is told, fails to, or never does', async () => {
    expect((await new Bench({ startsAfter: '4 s' }).ask())[0]).to.equal('4000 open');
    expect(await new Bench({ start: 'fails', startsAfter: '1 s' }).ask()).to.deep.equal([
      '1000 The script says that starting fails.',
    ]);
    expect(await new Bench({ start: 'never' }).ask()).to.deep.equal([]);
  });

  it('is silent, or answers white space', async () => {
    expect(await new Bench({ answersAfter: 'never' }).ask()).to.deep.equal([
      '1 open',
      '1 utterance',
    ]);
    expect(await new Bench({ transcript: ' ' }).ask()).to.include("501 turn ' '");
  });

  it('speaks in pieces, with a pause, and breaks off', async () => {
    const slow = { answersAfter: '0 ms', answerLasts: '1 s', pieceEvery: '300 ms' } as const;
    expect(await new Bench(slow).ask()).to.include('2702 32000 bytes');
    const pause = { after: '500 ms', for: '5 s' } as const;
    expect(await new Bench({ ...slow, pause }).ask()).to.include('7702 32000 bytes');
    const broken = { ...slow, speechFailsAfter: '400 ms' } as const;
    expect((await new Bench(broken).ask()).at(-1)).to.contain('12800 bytes, and The script says');
  });

  it('speaks a fixture where it is told to', async () => {
    const bench = new Bench({ answersAfter: '0 ms', answers: 'its-half-past-nine' });
    const { sound } = await loadFixtures();
    bench.sound = sound;
    expect(await bench.ask()).to.include(`2 ${sound('its-half-past-nine').length} bytes`);
  });

  it('interrupts an answer that is on, and speaks no further', async () => {
    const slow = { answersAfter: '0 ms', answerLasts: '1 s', pieceEvery: '300 ms' } as const;
    const trace = await new Bench({ ...slow, interruptsAfter: '1 s' }).ask();
    expect(trace).to.deep.equal([
      ...['1 open', '1 utterance', "2 turn 'An answer.'"],
      ...['1001 interrupted', '1202 12800 bytes'],
    ]);
  });

  it('interrupts before the answer, which then never comes', async () => {
    const trace = await new Bench({ answersAfter: '3 s', interruptsAfter: '1 s' }).ask();
    expect(trace).to.deep.equal(['1 open', '1 utterance', '1001 interrupted']);
  });

  it('tells what it has heard, the last of it again and again', async () => {
    const bench = new Bench({ hears: ['First.', 'Then.'], answersAfter: 'never' });
    await bench.ask(100);
    bench.hear();
    bench.hear();
    expect(bench.trace.slice(1)).to.deep.equal([
      "1 utterance 'First.'",
      "100 utterance 'Then.'",
      "100 utterance 'Then.'",
    ]);
  });

  it('dies when it is told to, and says nothing after that', async () => {
    const trace = await new Bench({ answersAfter: '3 s', diesAfter: '2 s' }).ask();
    expect(trace).to.deep.equal(['1 open', '1 utterance', '2001 failed script']);
  });

  it('tells the simulation what it does', async () => {
    const acts = async (script: Script): Promise<readonly string[]> => {
      const bench = new Bench(script);
      await bench.ask();
      return bench.acts;
    };
    expect(await acts({})).to.deep.equal(['understood', 'answered', 'spoke_to_the_end']);
    expect(await acts({ transcript: ' ' })).to.include('answered_blank');
    expect((await acts({ speechFailsAfter: '1 s' })).at(-1)).to.equal('broke_off');
    expect((await acts({ interruptsAfter: '1 s', answersAfter: '3 s' })).at(-1)).to.equal(
      'interrupted',
    );
    expect((await acts({ diesAfter: '4 s' })).at(-1)).to.equal('died');
  });

  it('may answer once more after it was closed', async () => {
    const bench = new Bench({ answersAfter: 'never', answersAfterClose: '3 s' });
    await bench.ask(100);
    void bench.close();
    await bench.runTo(60_000);
    expect(bench.trace.slice(2)).to.deep.equal([
      '100 closed',
      "3100 turn 'An answer.'",
      '3100 64000 bytes',
    ]);
  });

  it('closes as late as it is told, and neither answers nor dies afterwards', async () => {
    const bench = new Bench({ answersAfter: '3 s', diesAfter: '4 s', closesAfter: '2 s' });
    await bench.ask(100);
    void bench.close();
    await bench.runTo(60_000);
    expect(bench.trace).to.deep.equal(['1 open', '1 utterance', '2100 closed']);
  });
});
