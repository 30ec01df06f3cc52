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
    new EventFile({
      ...{ path: file, clock, host: 'kitchen', secrets: ['planted-secret'] },
      life: { program: 'client', machine: 'm1', version: 1 },
      onError: ({ message }) => errors.push(message),
      ...(limitBytes === undefined ? {} : { limitBytes }),
    });

  const lines = (): Record<string, unknown>[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('has a line for each event, the transient ones too, as soon as it is emitted', () => {
    const events = open();
    events.emit({ type: 'heartbeat.sent', connection: 'c1' });
    events.emit({ type: 'server.listening', port: 8765 });
    expect(lines()).to.have.length(3);
    expect(lines()[1]).to.include({ seq: 2, type: 'heartbeat.sent', connection: 'c1' });
    expect(lines()[2]).to.include({ seq: 3, type: 'server.listening', port: 8765 });
    expect(lines()[2]?.['atMs']).to.be.at.least(Number(lines()[1]?.['atMs']));
    events.close();
  });

  it('has lines as a journal has them, and begins as one', () => {
    open().close();
    const { atMs, wallMs, ...first } = lines()[0] as Record<string, unknown>;
    expect([typeof atMs, typeof wallMs]).to.deep.equal(['number', 'number']);
    const life = { program: 'client', machine: 'm1', version: 1 };
    expect(first).to.deep.equal({
      ...{ seq: 1, host: 'kitchen', boot: 1, type: 'host.started' },
      ...life,
    });
  });

  it('has nothing secret in it', () => {
    const events = open();
    events.emit({ type: 'engine.failed', engine: 'parrot', label: 'it is planted-secret' });
    expect(lines()[1]).to.include({ label: 'it is [hidden]' });
    events.close();
  });

  it('stops at its limit, says so once, and throws nothing', () => {
    const events = open(350);
    for (let times = 0; times < 5; times += 1) events.emit({ type: 'microphone.opened' });
    expect(lines().length).to.be.within(2, 3);
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
    expect(lines()).to.have.length(2);
  });

  it('throws where the file cannot be made', () => {
    file = path.join(folder, 'nowhere', 'events.jsonl');
    expect(() => open()).to.throw(/ENOENT/);
  });
});
