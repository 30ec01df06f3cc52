import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import { Command, CommanderError } from 'commander';

import { TokenFile } from '../../src/adapters/token-file';
import { UsageError } from '../../src/bin/command-line';
import { makeTokenCommand } from '../../src/bin/token-command';

describe('the command token', () => {
  let folder: string;
  let file: string;
  let printed: string;
  let noted: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tars-command-'));
    file = path.join(folder, 'tokens');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** As the server program has it: with a `--tokens` of its own. */
  function run(...args: readonly string[]): void {
    printed = '';
    noted = '';
    const output = {
      out: (text: string) => (printed += text),
      note: (text: string) => (noted += text),
    };
    const program = new Command('server')
      .option('--tokens <file>')
      .configureOutput({ writeErr: () => undefined })
      .exitOverride();
    const command = makeTokenCommand(output);
    program.addCommand(command);
    for (const each of command.commands) each.configureOutput({ writeErr: () => undefined });
    program.parse(['token', ...args], { from: 'user' });
  }

  it('adds a device, and prints its token alone', () => {
    run('add', 'kitchen', '--tokens', file);
    expect(printed).to.match(/^[\w-]{43}\n$/);
    expect(noted).to.contain('kitchen').and.not.contain(printed.trim());
    const tokens = new TokenFile(file, () => undefined);
    expect(tokens.verify('kitchen', printed.trim())).to.equal(true);
  });

  it('lists devices, and no hashes', () => {
    run('add', 'kitchen', '--tokens', file);
    run('add', 'hall', '--tokens', file);
    run('list', '--tokens', file);
    expect(printed).to.equal('hall\nkitchen\n');
  });

  it('removes a device', () => {
    run('add', 'kitchen', '--tokens', file);
    run('remove', 'kitchen', '--tokens', file);
    run('list', '--tokens', file);
    expect(printed).to.equal('');
  });

  it('replaces a token only where it is told to', () => {
    run('add', 'kitchen', '--tokens', file);
    const first = printed;
    expect(() => run('add', 'kitchen', '--tokens', file)).to.throw(UsageError, '--replace');
    run('add', 'kitchen', '--replace', '--tokens', file);
    expect(printed)
      .to.match(/^[\w-]{43}\n$/)
      .and.not.equal(first);
  });

  it('says what is wrong, as wrong use', () => {
    expect(() => run('list')).to.throw(UsageError, '--tokens');
    expect(() => run('list', '--tokens', file)).to.throw(UsageError, `${file}: `);
    expect(() => run('remove', 'kitchen', '--tokens', file)).to.throw(UsageError, 'no such file');
    expect(() => run('add', 'the kitchen', '--tokens', file)).to.throw(CommanderError, 'A-Z');
    expect(() => run('add', '--tokens', file)).to.throw(CommanderError, 'device');
  });
});
