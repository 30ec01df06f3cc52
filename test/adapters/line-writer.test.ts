import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { LineWriter } from '../../src/adapters/line-writer';

describe('LineWriter', () => {
  let folder: string;
  const open: number[] = [];

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'lines-'))));
  afterEach(() => {
    for (const fd of open.splice(0)) closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  function opened(file: string, flags: string | number): number {
    const fd = openSync(file, flags);
    open.push(fd);
    return fd;
  }

  it('has written a line when it returns', () => {
    const file = path.join(folder, 'log');
    const writer = new LineWriter(opened(file, 'w'));
    writer.write('one\n');
    expect(readFileSync(file, 'utf8')).to.equal('one\n');
    writer.write('zwei: ä\n');
    expect(readFileSync(file, 'utf8')).to.equal('one\nzwei: ä\n');
  });

  it('loses lines where the disk is full, and nothing else', function () {
    if (process.platform !== 'linux') this.skip(); // there is no /dev/full elsewhere
    const writer = new LineWriter(opened('/dev/full', 'w'));
    for (let times = 0; times < 3; times++) writer.write('lost\n');
  });

  it('loses lines where the file is closed', () => {
    const fd = openSync(path.join(folder, 'log'), 'w');
    closeSync(fd);
    const writer = new LineWriter(fd);
    for (let times = 0; times < 3; times++) writer.write('lost\n');
  });

  it('waits for a full pipe once, and mixes no lines when it is read again', () => {
    const fifo = path.join(folder, 'pipe');
    execFileSync('mkfifo', [fifo]);
    const pipe = opened(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const writer = new LineWriter(pipe);
    const line = (index: number): string => `${index} ${'x'.repeat(9_990)}\n`;
    const startMs = performance.now();
    const LINES = 200;
    for (let index = 0; index < LINES; index++) writer.write(line(index));
    // Two megabytes do not fit in a pipe. To wait for each of the lines would take 19 s.
    expect(performance.now() - startMs).to.be.below(5_000);
    let read = drain(pipe);
    writer.write('after\n');
    read += drain(pipe);
    const lines = read.trimEnd().split('\n');
    const [last, ...before] = [lines.at(-1), ...lines.slice(0, -1)];
    expect(last).to.equal('after');
    expect(before.length).to.be.within(2, LINES - 1);
    expect(before).to.deep.equal(before.map((_, index) => line(index).trimEnd()));
  });
});

/** What is in a pipe. */
function drain(pipe: number): string {
  const bytes = Buffer.alloc(4 * 2 ** 20);
  let length = 0;
  try {
    for (;;) length += readSync(pipe, bytes, length, bytes.length - length, null);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).to.equal('EAGAIN');
  }
  return bytes.toString('utf8', 0, length);
}
