import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

import { expect } from 'chai';
import fc from 'fast-check';

import type { LinkEvent } from '../../src/events';
import { JOURNAL_SYNC_MS } from '../../src/constants';
import { JournalBench, LIFE, linesOf, WALL_EPOCH_MS, type Line } from './journal-bench';

const PRESS: LinkEvent = { type: 'button.pressed', online: true };

describe('JournalFile', () => {
  let bench: JournalBench;

  beforeEach(() => (bench = new JournalBench()));
  afterEach(() => bench.remove());

  describe('a line', () => {
    it('is a recorded event without a step, its numbers rounded', async () => {
      bench.pass(1_500);
      await bench.live({ type: 'loop.stalled', ms: 1_234.567_89 });
      expect(bench.lines()[1]).to.deep.equal({
        ...{ seq: 2, atMs: 1_500, wallMs: WALL_EPOCH_MS + 1_500, host: 'kitchen', boot: 1 },
        ...{ type: 'loop.stalled', ms: 1_234.568 },
      });
    });

    it('is there for durable events alone', async () => {
      await bench.live({ type: 'microphone.opened' }, PRESS);
      expect(bench.types()).to.deep.equal(['host.started', 'button.pressed']);
    });

    it('hides what is secret, and stays one', async () => {
      const journal = bench.open({ secrets: ['17672256', 'se"cr\\et-', 'short'] });
      journal.emit({ type: 'engine.failed', engine: 'short', label: '17672256 se"cr\\et- x' });
      await journal.close();
      expect(bench.lines()[1]).to.include({ engine: 'short', label: '[hidden] [hidden] x' });
      expect(bench.lines()[1]).to.include({ wallMs: WALL_EPOCH_MS });
    });
  });

  describe('over restarts', () => {
    it('begins each life with what is known of it, and goes on counting', async () => {
      await bench.live(PRESS);
      await bench.live();
      expect(bench.lines().map(({ boot, seq }) => [boot, seq])).to.deep.equal([
        [1, 1],
        [1, 2],
        [2, 3],
      ]);
      expect(bench.lines()[2]).to.include({ type: 'host.started', ...LIFE });
    });

    it('is readable by its owner alone', async () => {
      await bench.live();
      expect(statSync(bench.path).mode & 0o777).to.equal(0o600);
    });

    it('loses no line but the one that a kill has torn, wherever that was', async () => {
      await bench.live(PRESS, { type: 'cue.played', cue: 'offline' });
      const whole = readFileSync(bench.path, 'utf8');
      const wholeLines = whole.split('\n').slice(0, -1);
      const anyEnd = fc.integer({ min: 0, max: whole.length });
      await fc.assert(
        fc.asyncProperty(anyEnd, fc.constantFrom('', '\0\0\0\0'), async (end, zeros) => {
          writeFileSync(bench.path, whole.slice(0, end) + zeros);
          await bench.live();
          const kept = readFileSync(bench.path, 'utf8').split('\n').slice(0, -1);
          const all = wholeLines.filter((_, index) => lengthOf(wholeLines, index) <= end);
          // A line that lacks its line break alone is whole.
          const isWhole = zeros === '' && kept.length === all.length + 2;
          const expected = isWhole ? wholeLines.slice(0, all.length + 1) : all;
          expect(kept.slice(0, -1)).to.deep.equal(expected);
          const { boot, seq, type } = linesOf(bench.path).at(-1) as Line;
          expect(type).to.equal('host.started');
          expect([boot, seq]).to.deep.equal(
            expected.length === 0 ? [1, 1] : [2, expected.length + 1],
          );
        }),
      );
    });

    it('goes on after the older file where a kill came between the two', async () => {
      await bench.live(PRESS);
      renameSync(bench.path, `${bench.path}.1`);
      await bench.live();
      expect(bench.lines().at(-1)).to.include({ boot: 2, seq: 3 });
    });

    it('leaves a file that is no journal as it is', async () => {
      writeFileSync(bench.path, 'shopping: milk\n');
      await bench.live();
      expect(readFileSync(bench.path, 'utf8')).to.equal('shopping: milk\n');
      expect(bench.told).to.deep.equal(['it is no journal, and left as it is']);
    });

    it('finds its place before lines that a disk has spoilt', async () => {
      await bench.live(PRESS);
      appendFileSync(bench.path, 'rubbish\n{"seq":"x"}\n');
      await bench.live();
      const lines = readFileSync(bench.path, 'utf8').trimEnd().split('\n');
      expect(lines).to.have.length(5);
      expect(JSON.parse(lines.at(-1) as string)).to.include({ boot: 2, seq: 3 });
    });
  });

  describe('in its bound', () => {
    it('stays under a flood, and keeps the latest', async () => {
      const limitBytes = 200_000;
      const journal = bench.open({ limitBytes });
      for (let turn = 0; turn < 5_000; turn += 1) {
        journal.emit({ type: 'turn.started', session: 's1', device: 'kitchen', turn });
        const isWritten = (): boolean => linesOf(bench.path).at(-1)?.['turn'] === turn;
        if (turn % 100 === 0) await bench.passUntil(isWritten);
      }
      await journal.close();
      const sizes = [bench.path, `${bench.path}.1`].map((file) => statSync(file).size);
      expect(Math.max(...sizes)).to.be.at.most(limitBytes / 2);
      expect(sizes[1]).to.be.above(limitBytes / 4);
      const lines = bench.lines();
      expect(lines.at(-1)).to.include({ turn: 4_999 });
      const first = lines[0]?.['seq'] as number;
      expect(lines.map(({ seq }) => seq)).to.deep.equal(lines.map((_, index) => first + index));
    });

    it('begins a new file with whose life goes on', async () => {
      const journal = bench.open({ limitBytes: 2_000 });
      for (let times = 0; times < 12; times += 1) journal.emit(PRESS);
      await bench.passUntil(() => bench.types().length === 13);
      journal.emit(PRESS);
      await journal.close();
      expect(existsSync(`${bench.path}.1`)).to.equal(true);
      expect(linesOf(bench.path)[0]).to.include({ type: 'journal.continued', boot: 1, ...LIFE });
    });

    it('counts what does not fit into memory, and tells it', async () => {
      let goOn = (): void => undefined;
      bench.disk.until = new Promise((resolve) => (goOn = resolve));
      const journal = bench.open();
      const EVENTS = 10_000;
      for (let count = 0; count < EVENTS; count += 1) journal.emit(PRESS);
      bench.disk.until = undefined;
      goOn();
      await bench.passUntil(() => bench.types().includes('journal.gap'));
      journal.emit(PRESS);
      await journal.close();
      const lines = bench.lines();
      const [gap] = lines.filter(({ type }) => type === 'journal.gap');
      expect(lines.at(-2)).to.equal(lines.find(({ type }) => type === 'journal.gap'));
      const written = lines.length - 3;
      expect(written * 80).to.be.within(200_000, 300_000);
      expect(gap?.['lines']).to.equal(EVENTS - written);
    });
  });

  describe('the disk', () => {
    it('has a line a second after it was told, though nothing else happens', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.disk.done.includes('write'), 0);
      expect(bench.disk.done).to.not.include('datasync');
      bench.pass(JOURNAL_SYNC_MS);
      await bench.passUntil(() => bench.disk.done.includes('datasync'), 0);
      await journal.close();
    });

    it('is asked for one thing at a time, in order', async () => {
      const journal = bench.open();
      for (let turn = 0; turn < 200; turn += 1) {
        journal.emit({ type: 'turn.started', session: 's1', device: 'kitchen', turn });
        bench.pass(100);
        await Promise.resolve();
      }
      await journal.close();
      expect(bench.disk.mostAtOnce).to.equal(1);
      expect(bench.lines().map(({ seq }) => seq)).to.deep.equal(
        bench.lines().map((_, index) => index + 1),
      );
    });

    it('is written once for what one turn of the loop tells', async () => {
      await bench.live(PRESS, PRESS, PRESS);
      expect(bench.disk.done.filter((each) => each === 'write')).to.have.length(1);
    });

    it('has what was told in the very moment in which the last write was done', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.types().length === 1);
      const MOMENTS = 40;
      for (let moment = 0; moment < MOMENTS; moment += 1) {
        journal.emit(PRESS);
        for (let turn = 0; turn < moment; turn += 1) await Promise.resolve();
        journal.emit(PRESS);
        await bench.passUntil(() => bench.types().length === 3 + 2 * moment, 0);
      }
      await journal.close();
    });

    for (const code of ['ENOSPC', 'EIO', 'EROFS', 'ENOENT']) {
      it(`may say ${code} for long: told once, and nothing is lost that fits`, async () => {
        const journal = bench.open();
        await bench.passUntil(() => bench.types().length === 1);
        bench.disk.codes.set('all', code);
        journal.emit(PRESS);
        await bench.passUntil(() => bench.told.length > 0);
        const before = bench.disk.done.length;
        bench.pass(60 * 60_000);
        await bench.passUntil(() => bench.disk.done.length > before);
        bench.disk.codes.clear();
        await bench.passUntil(() => bench.told.length > 1, 10_000);
        journal.emit(PRESS);
        await journal.close();
        expect(bench.told).to.deep.equal([`${code}: planted, write`, 'recovered']);
        expect(bench.types()).to.deep.equal(['host.started', 'button.pressed', 'button.pressed']);
      });
    }

    it('that fails is tried after waits that double, up to five minutes', async () => {
      bench.disk.codes.set('all', 'EIO');
      bench.open();
      const triedAtS: number[] = [];
      for (let second = 0; second < 2_000; second += 1) {
        const before = bench.disk.done.length;
        bench.pass(1_000);
        for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
        if (bench.disk.done.length > before) triedAtS.push(second);
      }
      const waits = triedAtS.map((at, index) => at - (triedAtS[index - 1] ?? 0));
      expect(waits.slice(1, 9)).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 128]);
      expect(Math.max(...waits)).to.equal(300);
    });

    it('may be full in the midst of a line, which then is there once', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.types().length === 1);
      const line = readFileSync(bench.path, 'utf8').length;
      bench.disk.roomBytes = line + 30;
      for (let turn = 0; turn < 10; turn += 1) {
        journal.emit({ type: 'turn.started', session: 's1', device: 'kitchen', turn });
      }
      await bench.passUntil(() => bench.told.length > 0);
      bench.disk.roomBytes = Infinity;
      await bench.passUntil(() => bench.told.length > 1);
      await journal.close();
      expect(
        bench
          .lines()
          .slice(1)
          .map(({ turn }) => turn),
      ).to.deep.equal([...Array(10).keys()]);
      expect(bench.lines().map(({ seq }) => seq)).to.deep.equal(
        bench.lines().map((_, index) => index + 1),
      );
    });

    it('may lose the folder, and gets a new file that says whose it is', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.types().length === 1);
      rmSync(bench.folder, { recursive: true });
      journal.emit(PRESS);
      await bench.passUntil(() => bench.told.length > 0);
      mkdirSync(bench.folder);
      journal.emit({ type: 'cue.played', cue: 'offline' });
      await bench.passUntil(() => bench.told.length > 1);
      await journal.close();
      expect(bench.told[0]).to.match(/^ENOENT/);
      expect(bench.types()).to.deep.equal(['journal.continued', 'cue.played']);
      expect(bench.lines()[0]).to.include({ boot: 1, seq: 3 });
    });

    it('may have a folder in its place', async () => {
      mkdirSync(bench.path);
      await bench.live(PRESS);
      expect(bench.told).to.deep.equal(['it is no regular file']);
      expect(statSync(bench.path).isDirectory()).to.equal(true);
    });

    it('may have another file put in the place of the journal', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.types().length === 1);
      renameSync(bench.path, `${bench.path}.mine`);
      writeFileSync(bench.path, '');
      journal.emit(PRESS);
      await bench.passUntil(() => bench.told.length > 0);
      journal.emit(PRESS);
      await bench.passUntil(() => bench.told.length > 1);
      await journal.close();
      expect(bench.told).to.deep.equal(['another file is in its place', 'recovered']);
      expect(bench.types()).to.deep.equal(['journal.continued', 'button.pressed']);
    });

    it('that hangs holds up nobody', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.types().length === 1);
      let goOn = (): void => undefined;
      bench.disk.until = new Promise((resolve) => (goOn = resolve));
      journal.emit(PRESS);
      const opened = journal.opened();
      bench.pass(1_000);
      await opened;
      const closed = journal.close();
      bench.pass(1_000);
      await closed;
      goOn();
      await bench.passUntil(() => !existsSync(`${bench.path}.lock`));
    });
  });

  describe('its end', () => {
    it('is written, synced and let go of, and what comes afterwards is not', async () => {
      const journal = bench.open();
      journal.emit(PRESS);
      await journal.close();
      await journal.close();
      journal.emit(PRESS);
      expect(bench.types()).to.deep.equal(['host.started', 'button.pressed']);
      expect(bench.disk.done).to.include('datasync');
      expect(existsSync(`${bench.path}.lock`)).to.equal(false);
    });

    it('at once has all that was told, in order, though a write is under way', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.types().length === 1);
      bench.disk.untilTold = new Promise(() => undefined);
      journal.emit(PRESS);
      await bench.passUntil(() => bench.types().length === 2);
      journal.emit({ type: 'cue.played', cue: 'offline' });
      journal.closeNow();
      journal.closeNow();
      journal.emit(PRESS);
      expect(bench.types()).to.deep.equal(['host.started', 'button.pressed', 'cue.played']);
      expect(bench.lines().map(({ seq }) => seq)).to.deep.equal([1, 2, 3]);
    });

    it('at once does not wait for a disk that hangs', async () => {
      const journal = bench.open();
      await bench.passUntil(() => bench.types().length === 1);
      bench.disk.until = new Promise(() => undefined);
      journal.emit(PRESS);
      await bench.passUntil(() => bench.disk.underWay > 0);
      journal.emit(PRESS);
      journal.closeNow();
      expect(bench.types()).to.deep.equal(['host.started']);
    });

    it('at once does nothing to a disk that fails already', async () => {
      bench.disk.codes.set('all', 'EIO');
      const journal = bench.open();
      await journal.opened();
      journal.closeNow();
      expect(bench.told).to.have.length(1);
    });
  });
});

/** How long the first lines of a text are, with their line breaks. */
function lengthOf(lines: readonly string[], last: number): number {
  return lines.slice(0, last + 1).reduce((length, line) => length + line.length + 1, 0);
}
