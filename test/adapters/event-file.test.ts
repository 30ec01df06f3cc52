import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { EventFile } from '../../src/adapters/event-file';
import { SystemClock } from '../../src/adapters/system-clock';

describe('EventFile', () => {
  const clock = new SystemClock();
  let folder: string;
  let file: string;
  let errors: string[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'events-'));
    file = path.join(folder, 'events.jsonl');
    errors = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (limitBytes?: number): EventFile =>
    new EventFile(file, clock, ({ message }) => errors.push(message), limitBytes);

  const lines = (): Record<string, unknown>[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('has a line for each event, the transient ones too, as soon as it is emitted', () => {
    const events = open();
    events.emit({ type: 'heartbeat.sent', connection: 'c1' });
    events.emit({ type: 'server.listening', port: 8765 });
    expect(lines()).to.have.length(2);
    expect(lines()[0]).to.include({ seq: 1, type: 'heartbeat.sent', connection: 'c1' });
    expect(lines()[1]).to.include({ seq: 2, type: 'server.listening', port: 8765 });
    expect(lines()[1]?.['atMs']).to.be.at.least(Number(lines()[0]?.['atMs']));
    events.close();
  });

  it('stops at its limit, says so once, and throws nothing', () => {
    const events = open(150);
    for (let times = 0; times < 5; times += 1) events.emit({ type: 'microphone.opened' });
    expect(lines().length).to.be.within(1, 2);
    expect(errors).to.deep.equal(['the file of events is full']);
    events.close();
  });

  it('begins anew', () => {
    for (let times = 0; times < 2; times += 1) {
      const events = open();
      events.emit({ type: 'microphone.opened' });
      events.close();
      events.close();
    }
    expect(lines()).to.have.length(1);
  });

  it('throws where the file cannot be made', () => {
    file = path.join(folder, 'nowhere', 'events.jsonl');
    expect(() => open()).to.throw(/ENOENT/);
  });
});
