import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { readSecretFile } from '../../src/adapters/secret-file';

const SECRET = 'planted-9f8e7d';

describe('readSecretFile', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'secret-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function written(content: string | Buffer, mode = 0o600): string {
    const file = path.join(folder, 'secret');
    writeFileSync(file, content);
    chmodSync(file, mode);
    return file;
  }

  for (const [what, content] of [
    ['alone', SECRET],
    ['with a line break', `${SECRET}\n`],
    ['with one of Windows', `${SECRET}\r\n`],
    ['with blanks around it', `  ${SECRET}\t\n\n`],
    ['after a byte order mark', `\ufeff${SECRET}\n`],
  ] as const) {
    it(`takes a secret ${what}`, () => {
      expect(readSecretFile(written(content))).to.deep.equal({ text: SECRET });
    });
  }

  for (const [what, content] of [
    ['nothing', ''],
    ['white space', ' \n\t\n'],
    ['two words', `${SECRET} ${SECRET}`],
    ['two lines', `${SECRET}\n${SECRET}\n`],
    ['letters that no header takes', `${SECRET}ä`],
    ['zeros', Buffer.alloc(100)],
    ['more than any secret', 'x'.repeat(4_097)],
  ] as const) {
    it(`refuses ${what}, and does not show it`, () => {
      const file = written(content);
      expect(() => readSecretFile(file))
        .to.throw(Error)
        .with.property('code')
        .that.matches(/^ERR_/);
      expect(() => readSecretFile(file))
        .to.throw(Error)
        .with.property('message')
        .that.does.not.include(SECRET);
    });
  }

  it('warns of one that everybody may read, and not of one that a group may', () => {
    expect(readSecretFile(written(SECRET, 0o640))).to.not.have.property('warning');
    expect(readSecretFile(written(SECRET, 0o644)).warning).to.match(/mode 644.*chmod 600/);
  });
});
