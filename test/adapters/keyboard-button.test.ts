import { spawnSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import { expect } from 'chai';

import { KeyboardButton } from '../../src/adapters/keyboard-button';

const ROOT = path.join(__dirname, '../..');
const HAS_SCRIPT = spawnSync('script', ['--version']).status === 0;

/** A terminal that remembers its mode. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  readonly modes: boolean[] = [];

  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
}

/** Resolves once a stream is closed, with or without an error. */
function closed(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}

/** Waits for presses, says each, closes at the third and at a SIGINT, and just exits at an x. */
const PROGRAM = `
  const { KeyboardButton } = require('./src/adapters/keyboard-button');
  const button = new KeyboardButton();
  let presses = 0;
  button.onPress(() => {
    console.log('press');
    presses += 1;
    if (presses === 3) button.close();
  });
  process.once('SIGINT', () => { console.log('interrupted'); button.close(); });
  process.stdin.on('data', (data) => data.includes('x') && process.exit(7));
  console.log('raw=' + process.stdin.isRaw);
`;
const ARGS = ['-r', 'ts-node/register/transpile-only', '-e', PROGRAM];

describe('KeyboardButton', () => {
  let terminal: Terminal;
  let interrupts: number;
  let presses: number;
  let button: KeyboardButton;

  const press = (): void => void (presses += 1);
  const type = async (keys: string): Promise<void> => {
    terminal.write(keys);
    await turn();
  };

  beforeEach(() => {
    terminal = new Terminal();
    interrupts = 0;
    presses = 0;
    button = new KeyboardButton({ input: terminal, interrupt: () => (interrupts += 1) });
  });
  afterEach(() => button.close());

  it('is pressed by space and by enter, and by nothing else', async () => {
    button.onPress(press);
    await type(' ');
    await type('\r');
    expect(presses).to.equal(2);
    await type('abc\u001b[A\t\u0000é\u0004');
    expect(presses).to.equal(2);
    expect(button.keys).to.equal('space or enter');
  });

  it('interrupts at Ctrl-C, which a raw terminal hands on as a key', async () => {
    button.onPress(press);
    await type('\u0003');
    expect([interrupts, presses]).to.deep.equal([1, 0]);
  });

  it('makes the terminal raw only while somebody waits', () => {
    expect(terminal.modes).to.deep.equal([]);
    const first = button.onPress(press);
    const second = button.onPress(press);
    expect(terminal.modes).to.deep.equal([true]);
    first();
    first();
    expect(terminal.modes).to.deep.equal([true]);
    second();
    expect(terminal.modes).to.deep.equal([true, false]);
    button.onPress(press);
    expect(terminal.modes).to.deep.equal([true, false, true]);
  });

  it('calls nobody who waits no more, nor anybody once it is closed', async () => {
    const stop = button.onPress(press);
    button.onPress(press);
    stop();
    await type(' ');
    expect(presses).to.equal(1);
    button.close();
    button.close();
    await type(' ');
    expect(presses).to.equal(1);
    expect(terminal.modes).to.deep.equal([true, false]);
  });

  it('lets a callback close it', async () => {
    button.onPress(() => {
      press();
      button.close();
    });
    await type('   ');
    expect(presses).to.equal(1);
  });

  it('takes no harm from an input that ends or fails, however late', async () => {
    button.onPress(press);
    terminal.end();
    await closed(terminal);
    expect(terminal.modes).to.deep.equal([true, false]);
    terminal.emit('error', new Error('EIO'));
    terminal = new Terminal();
    const other = new KeyboardButton({ input: terminal });
    other.onPress(press);
    terminal.destroy(new Error('EIO'));
    await closed(terminal);
    other.close();
    expect(terminal.modes).to.deep.equal([true, false]);
  });

  it('adds no listener with each start', () => {
    for (let times = 0; times < 20; times += 1) button.onPress(press)();
    expect(terminal.listenerCount('error')).to.equal(1);
    expect(terminal.listenerCount('data')).to.equal(0);
  });

  it('takes each line of what is no terminal for a press', async () => {
    const pipe = new PassThrough();
    const lines = new KeyboardButton({ input: pipe, interrupt: () => (interrupts += 1) });
    lines.onPress(press);
    pipe.write('one two\n\u0003thr');
    pipe.write('ee\r\n\nfour');
    await turn();
    expect([presses, interrupts]).to.deep.equal([3, 0]);
    expect(lines.keys).to.contain('line');
    lines.close();
  });

  it('lets a program end that has a pipe for its input, and one that has none', () => {
    const options = { cwd: ROOT, encoding: 'utf8', timeout: 30_000 } as const;
    const piped = spawnSync(process.execPath, ARGS, { ...options, input: 'a\nb\nc\nd\n' });
    expect(piped.stdout).to.equal('raw=undefined\npress\npress\npress\n');
    expect(piped.status).to.equal(0);
    const none = spawnSync(process.execPath, ARGS, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(none.stdout).to.equal('raw=undefined\n');
    expect(none.status).to.equal(0);
  });

  if (!HAS_SCRIPT) {
    it('works on a real terminal (skipped: the program "script" of util-linux is not here)');
    return;
  }

  /** What is said by a program on a terminal whose keys are these, one after what it says. */
  const onTerminal = async (keys: readonly (readonly [string, string])[]): Promise<string> => {
    const words = [process.execPath, ...ARGS].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    const command = `${words.join(' ')}; echo status=$?; stty -a`;
    const options = { cwd: ROOT, timeout: 30_000 };
    const child = spawn('script', ['-qec', command, '/dev/null'], options);
    let said = '';
    let next = 0;
    child.stdout.on('data', (data: Buffer) => {
      said += data.toString();
      const [after, key] = keys[next] ?? [];
      if (after === undefined || key === undefined || !said.includes(after)) return;
      next += 1;
      child.stdin.write(key);
    });
    await once(child, 'exit');
    return said;
  };

  it('is pressed on a real terminal, which it leaves as it was', async () => {
    const said = await onTerminal([['raw=true', ' \r ']]);
    expect(said.match(/press/g)).to.have.length(3);
    expect(said)
      .to.contain('status=0')
      .and.match(/ icanon/)
      .and.match(/ echo /);
  });

  it('is interrupted on a real terminal by Ctrl-C, and leaves it as it was', async () => {
    const said = await onTerminal([['raw=true', '\u0003']]);
    expect(said)
      .to.contain('interrupted')
      .and.contain('status=0')
      .and.match(/ icanon/);
  });

  it('leaves a real terminal as it was where the program just exits', async () => {
    const said = await onTerminal([['raw=true', 'x']]);
    expect(said)
      .to.contain('status=7')
      .and.match(/ icanon/)
      .and.match(/ echo /);
  });
});
