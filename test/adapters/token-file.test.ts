import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import fc from 'fast-check';

import { TokenFile } from '../../src/adapters/token-file';
import { hashToken, TokenFileError, tokenLine } from '../../src/adapters/token-records';
import { addToken, listDevices, removeToken } from '../../src/adapters/token-store';

let folder: string;
let file: string;
let problems: string[];

function opened(): TokenFile {
  return new TokenFile(file, ({ message }) => problems.push(message));
}

function problemOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).to.be.instanceOf(TokenFileError).with.property('code', 'ERR_TOKEN_FILE');
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

/** Replaces the file by way of another one, as an editor does. */
function rewrite(text: string): void {
  writeFileSync(`${file}~`, text, { mode: 0o600 });
  renameSync(`${file}~`, file);
}

describe('tokens in a file', () => {
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tars-tokens-'));
    file = path.join(folder, 'tokens');
    problems = [];
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  describe('TokenFile', () => {
    it('opens a device by its token, and by nothing else', () => {
      const kitchen = addToken(file, 'kitchen');
      const hall = addToken(file, 'hall');
      const tokens = opened();
      expect(tokens.verify('kitchen', kitchen)).to.equal(true);
      expect(tokens.verify('hall', hall)).to.equal(true);
      for (const [device, token] of [
        ['kitchen', hall],
        ['hall', kitchen],
        ['kitchen', undefined],
        ['kitchen', ''],
        ['kitchen', `${kitchen} `],
        ['Kitchen', kitchen],
        ['nobody', kitchen],
        ['nobody', undefined],
        ['kitchen', hashToken('kitchen', kitchen).toString('hex')],
      ] as const) {
        expect(tokens.verify(device, token), `${device} ${token}`).to.equal(false);
      }
      expect(tokens.size).to.equal(2);
    });

    it('opens nothing by a line that is copied to another device', () => {
      const kitchen = addToken(file, 'kitchen');
      const [line = ''] = readFileSync(file, 'utf8').match(/^kitchen .*$/m) ?? [];
      rewrite(`${line}\n${line.replace('kitchen', 'hall')}\n`);
      expect(opened().verify('hall', kitchen)).to.equal(false);
    });

    it('follows the file: tokens that come, go and are replaced', () => {
      const first = addToken(file, 'kitchen');
      const tokens = opened();
      const hall = addToken(file, 'hall');
      expect(tokens.verify('hall', hall)).to.equal(true);
      const second = addToken(file, 'kitchen', { replace: true });
      expect(tokens.verify('kitchen', first)).to.equal(false);
      expect(tokens.verify('kitchen', second)).to.equal(true);
      removeToken(file, 'kitchen');
      expect(tokens.verify('kitchen', second)).to.equal(false);
      expect(tokens.verify('hall', hall)).to.equal(true);
      expect(problems).to.deep.equal([]);
    });

    it('lets nobody in by a damaged file, says once which line it is, and recovers', () => {
      const token = addToken(file, 'kitchen');
      const tokens = opened();
      const good = readFileSync(file, 'utf8');
      rewrite(`${good}hall sha256:${'0'.repeat(63)}\n`);
      for (let dial = 0; dial < 3; dial += 1) {
        expect(tokens.verify('kitchen', token)).to.equal(false);
      }
      expect(problems).to.have.length(1);
      expect(problems[0]).to.contain(`${file}: line 3: `).and.contain('nobody is let in');
      rewrite(good);
      expect(tokens.verify('kitchen', token)).to.equal(true);
      expect(problems).to.have.length(1);
    });

    it('lets nobody in by a file that is gone, until it is back', () => {
      const token = addToken(file, 'kitchen');
      const tokens = opened();
      renameSync(file, `${file}.away`);
      expect(tokens.verify('kitchen', token)).to.equal(false);
      expect(problems).to.deep.equal([
        `${file}: there is no such file; 'token add' and the name of a device makes it`,
      ]);
      renameSync(`${file}.away`, file);
      expect(tokens.verify('kitchen', token)).to.equal(true);
    });

    it('sees a change of the mode alone', () => {
      const token = addToken(file, 'kitchen');
      const tokens = opened();
      chmodSync(file, 0o620);
      expect(tokens.verify('kitchen', token)).to.equal(false);
      expect(problems[0]).to.contain('others may change it; chmod 600');
    });

    for (const [what, text, said] of [
      ['half a line', 'kitchen\n', 'line 1: '],
      ['a token in the place of its hash', 'kitchen swordfish\n', 'line 1: '],
      ['a device twice', `${tokenLine('a', 'x')}\n\n${tokenLine('a', 'y')}\n`, 'line 3: '],
      ['a device that can be none', `${tokenLine('ä', 'x')}\n`, 'line 1: '],
      ['a space too many', ` ${tokenLine('a', 'x')}\n`, 'line 1: '],
      ['digits in capitals', `a sha256:${'A'.repeat(64)}\n`, 'line 1: '],
      ['lines as Windows has them', `# x\r\n${tokenLine('a', 'x')}\r\n`, 'line 2: '],
      ['bytes that are no text', Buffer.from([0xff, 0xfe, 0]), 'line 1: '],
      ['an endless file', 'x'.repeat(300_000), 'too long'],
    ] as const) {
      it(`is not opened with ${what}, and repeats none of it`, () => {
        writeFileSync(file, text, { mode: 0o600 });
        const message = problemOf(opened);
        expect(message).to.contain(`${file}: `).and.contain(said).and.not.contain('swordfish');
      });
    }

    it('is not opened where there is no file, or none that can be read', () => {
      expect(problemOf(opened)).to.contain("'token add'");
      expect(problemOf(() => new TokenFile(folder, () => undefined))).to.contain('is no file');
    });

    it('lets nobody in by any text that is not right to the letter', () => {
      const good = `${tokenLine('kitchen', 'mellon')}\n`;
      fc.assert(
        fc.property(fc.nat(good.length - 2), fc.integer({ min: 32, max: 126 }), (at, code) => {
          const text = good.slice(0, at) + String.fromCharCode(code) + good.slice(at + 1);
          rewrite(text);
          let isOpen = false;
          try {
            isOpen = opened().verify('kitchen', 'mellon');
          } catch (error) {
            expect(error).to.be.instanceOf(TokenFileError);
          }
          expect(isOpen).to.equal(text === good);
        }),
        { numRuns: 200 },
      );
    });
  });

  describe('the store of tokens', () => {
    it('makes a file that its owner alone may read, and tokens of 256 bits of chance', () => {
      const token = addToken(file, 'kitchen');
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      expect(token).to.match(/^[\w-]{43}$/);
      expect(addToken(file, 'hall')).to.not.equal(token);
      expect(readFileSync(file, 'utf8')).to.not.contain(token);
      expect(readdirSync(folder)).to.deep.equal(['tokens']);
    });

    it('replaces a token only where it is told to', () => {
      const token = addToken(file, 'kitchen');
      expect(problemOf(() => addToken(file, 'kitchen'))).to.contain('--replace');
      expect(opened().verify('kitchen', token)).to.equal(true);
      expect(readdirSync(folder)).to.deep.equal(['tokens']);
    });

    it('lists the devices, and keeps the comments of the file', () => {
      addToken(file, 'kitchen');
      rewrite(`${readFileSync(file, 'utf8')}# upstairs\n\n`);
      addToken(file, 'attic');
      removeToken(file, 'kitchen');
      addToken(file, 'hall');
      expect(listDevices(file)).to.deep.equal(['attic', 'hall']);
      expect(readFileSync(file, 'utf8')).to.match(/^# Who .*\n# upstairs\nattic .*\nhall .*\n$/);
    });

    it('says that a device has no token, that a name is none, and that there is no file', () => {
      expect(problemOf(() => removeToken(file, 'kitchen'))).to.contain('no such file');
      expect(problemOf(() => listDevices(file))).to.contain('no such file');
      addToken(file, 'kitchen');
      expect(problemOf(() => removeToken(file, 'kitch'))).to.contain("'kitch' has no token");
      expect(problemOf(() => addToken(file, 'a b'))).to.contain("'a b'");
      expect(problemOf(() => addToken(path.join(folder, 'no', 'file'), 'a'))).to.contain('ENOENT');
      expect(readdirSync(folder)).to.deep.equal(['tokens']);
    });

    it('writes nothing over a damaged file', () => {
      writeFileSync(file, 'damaged\n', { mode: 0o600 });
      expect(problemOf(() => addToken(file, 'kitchen'))).to.contain('line 1: ');
      expect(problemOf(() => removeToken(file, 'kitchen'))).to.contain('line 1: ');
      expect(readFileSync(file, 'utf8')).to.equal('damaged\n');
    });

    it('waits for nobody who is changing the file', () => {
      addToken(file, 'kitchen');
      writeFileSync(`${file}.new`, '');
      expect(problemOf(() => addToken(file, 'hall'))).to.contain(`delete ${file}.new`);
      expect(readdirSync(folder)).to.deep.equal(['tokens', 'tokens.new']);
    });

    it('follows a link, and leaves it one', () => {
      const link = path.join(folder, 'link');
      addToken(file, 'kitchen');
      symlinkSync(file, link);
      addToken(link, 'hall');
      expect(listDevices(file)).to.deep.equal(['hall', 'kitchen']);
      expect(readdirSync(folder)).to.deep.equal(['link', 'tokens']);
    });
  });
});
