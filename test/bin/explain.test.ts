/** These are about what a person is told by the built programs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import type { RecordedEvent } from '../../src/events';
import { journalOf } from '../../src/sim/journal-of';
import { journal, lost, started, up, type Told } from '../journal/by-hand';
import { asText, eventsOfRun } from '../journal/journals';
import { build, FOLDER, run, Running } from './programs';

describe('programs that read journals', function () {
  this.timeout(60_000);

  let events: readonly RecordedEvent[];

  before(async () => {
    await build();
    const fault = { at: '30 s', kind: 'restart', host: 'server', for: '8 s' } as const;
    events = await eventsOfRun({ faults: [fault] });
  });

  afterEach(() => Running.endAll());

  function file(name: string, lines: readonly object[]): string {
    const place = path.join(FOLDER, `${name}-${process.hrtime.bigint()}.jsonl`);
    writeFileSync(place, asText(lines));
    return place;
  }

  it('explain a disconnect, in any order of journals, without colours in a pipe', async () => {
    const [pi, server] = ['pi', 'server'].map((host) => file(host, journalOf(events, host)));
    for (const files of [
      [pi, server],
      [server, pi],
    ] as [string, string][]) {
      const { code, stdout } = await run('explain', files);
      expect(stdout).to.match(/^pi and server: 1 disconnect in/);
      expect(stdout).to.match(/The server was restarted, as planned \(certain\)/);
      expect(stdout).not.to.include('\u001b');
      expect(code).to.equal(0);
    }
  });

  it('explain it as JSON', async () => {
    const { stdout } = await run('explain', [file('pi', journalOf(events, 'pi')), '--json']);
    const { outages } = JSON.parse(stdout) as { outages: readonly object[] };
    expect(outages).to.have.length(1);
    expect(outages[0]).to.include({ cause: 'server_restart', label: 'peer_restart', isOver: true });
  });

  it('explain the latest, or those since a time, as asked', async () => {
    const place = file('pi', journalOf(events, 'pi'));
    const told = async (...args: readonly string[]) => run('explain', [place, ...args]);
    expect((await told('--last', '1', '--since', '2026-01-01')).stdout).to.match(/^pi: 1 disconn/);
    const none = await told('--since', '2026-01-01T00:01:20Z');
    expect(none.stdout).to.match(/^pi: no disconnects in/);
    const late = await told('--since', '2026-01-02');
    expect(late.stderr).to.match(/^error: --since: the journal of the client ends before/);
    const wrong = await told('--since', 'yesterday');
    expect(wrong.stderr).to.match(/must be as 12h, 7d, 2026-11-25 or/);
    expect([late.code, wrong.code]).to.deep.equal([2, 2]);
  });

  it('explain the latest twenty, unless asked for more, and all as JSON', async () => {
    const losses = Array.from({ length: 25 }, (_, index): readonly Told[] => [
      [index * 100_000, up(`c${index}`)],
      [index * 100_000 + 90_000, lost({}, `c${index}`)],
    ]);
    const place = file('many', journal([0, started], ...losses.flat()).lines);
    const shown = async (...args: readonly string[]): Promise<number> =>
      ((await run('explain', [place, ...args])).stdout.match(/^ *\d+\. /gm) ?? []).length;
    expect([await shown(), await shown('--last', '25')]).to.deep.equal([20, 25]);
    const { stdout } = await run('explain', [place, '--json']);
    expect((JSON.parse(stdout) as { outages: readonly object[] }).outages).to.have.length(25);
  });

  it('read what was rotated away first', async () => {
    const lines = journalOf(events, 'pi');
    const place = file('rotated', lines.slice(20));
    writeFileSync(`${place}.1`, asText(lines.slice(0, 20)));
    const { code, stdout } = await run('check', [place]);
    expect(stdout).to.match(new RegExp(`^client pi: ${lines.length} lines, 1 lives`));
    expect(stdout).to.match(/0 broken/);
    expect(code).to.equal(0);
  });

  it('check both journals together, in any order', async () => {
    const [pi, server] = ['pi', 'server'].map((host) => file(host, journalOf(events, host)));
    const { code, stdout } = await run('check', [server as string, pi as string]);
    expect(stdout).to.match(/\npi and server, on one time line\n✓ L6 /);
    expect(code).to.equal(0);
    const json = await run('check', [pi as string, server as string, '--json']);
    const { both } = JSON.parse(json.stdout) as { both: object };
    expect(both).to.include({ id: 'L6', verdict: 'held' });
    expect((await run('check', [pi as string])).stdout).not.to.include('on one time line');
  });

  it('check, and end with 1 where something is broken', async () => {
    const lines = journalOf(events, 'pi');
    const dials = lines.filter(({ type }) => type === 'link.dialing');
    const second = dials[1] as RecordedEvent;
    const hasty = lines.map((line) =>
      line.seq === second.seq ? { ...line, atMs: second.atMs - 1_500 } : line,
    );
    const { code, stdout } = await run('check', [file('hasty', hasty)]);
    expect(stdout).to.match(/✗ S1 /);
    expect(stdout).to.include(`"seq":${second.seq}`);
    expect(code).to.equal(1);
  });

  it('wait for nobody who writes nothing, and read no device', async () => {
    const folder = mkdtempSync(path.join(FOLDER, 'odd-'));
    const pipe = path.join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const cases = [
      [pipe, /pipe: It is empty/],
      ['/dev/zero', /zero: It is no regular file, and no pipe/],
      [folder, /odd-\S+: It is a folder/],
    ] as const;
    for (const [name, told] of cases) {
      const { code, stderr } = await run('check', [name]);
      expect(stderr).to.match(told);
      expect(code).to.equal(2);
    }
    const place = file('beside-a-folder', journalOf(events, 'pi'));
    mkdirSync(`${place}.1`);
    expect((await run('check', [place])).stderr).to.match(/\.jsonl\.1: It is a folder/);
  });

  it('read a pipe to its end, whose writer is slow', async () => {
    const lines = journalOf(events, 'pi');
    const halves = [file('half', lines.slice(0, 9)), file('half', lines.slice(9))];
    const program = path.join(FOLDER, 'dist', 'src', 'bin', 'check.js');
    const slowly = `(cat ${halves[0]}; sleep 0.5; cat ${halves[1]})`;
    const command = `${slowly} | ${process.execPath} ${program} /dev/stdin`;
    const { code, stdout } = await new Running('sh', ['-c', command]).exited;
    expect(stdout).to.match(new RegExp(`^client pi: ${lines.length} lines`));
    expect(code).to.equal(0);
  });

  it('say what is wrong with a file, and end with 2', async () => {
    const none = path.join(FOLDER, 'none.jsonl');
    const { code, stderr } = await run('explain', [none]);
    expect(stderr).to.match(/^error: .*none\.jsonl: ENOENT/);
    expect(code).to.equal(2);
    writeFileSync(none, 'Nov 25 10:00:00 pi systemd[1]: Started.\n');
    const checked = await run('check', [none]);
    expect(checked.stderr).to.match(/^error: .*none\.jsonl: It is no journal/);
    expect(checked.code).to.equal(2);
  });
});
