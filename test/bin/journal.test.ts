/** The journals of the programs: these are about real processes, sockets and files. */
import { mkdtempSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';
import { WebSocketServer } from 'ws';

import { linesOf, type Line } from '../adapters/journal-bench';
import {
  build,
  FOLDER,
  run,
  Running,
  saboteur,
  SILENT,
  start,
  startServer,
  written,
} from './programs';

describe('journals of the programs', function () {
  this.timeout(60_000);

  let folder: string;
  let journal: Readonly<Record<'client' | 'server', string>>;

  before(build);
  beforeEach(() => {
    folder = mkdtempSync(path.join(FOLDER, 'journals-'));
    journal = {
      client: path.join(folder, 'client.jsonl'),
      server: path.join(folder, 'server.jsonl'),
    };
  });
  afterEach(async () => {
    await Running.endAll();
    rmSync(folder, { recursive: true });
  });

  const only = (file: string, type: string): Line[] =>
    linesOf(file).filter((line) => line.type === type);

  it('have one loss at each end of a connection that was cut, with all that is known', async () => {
    const { port, server } = await startServer('--journal', journal.server);
    const relay = new Relay(Number(port));
    const args = ['--server', await relay.open(), '--device', 'kitchen', ...SILENT];
    const client = start('client', [...args, '--journal', journal.client]);
    await client.sees(/link\.connected/);
    await server.sees(/link\.accepted/);
    relay.cut();
    await Promise.all([client, server].map((each) => each.sees(/link\.lost/)));
    await relay.close();
    for (const each of [client, server]) each.signal('SIGTERM');
    await Promise.all([client.exited, server.exited]);

    const [clientLost, serverLost] = [journal.client, journal.server].map((file) => {
      const lost = only(file, 'link.lost');
      expect(lost).to.have.length(1);
      return lost[0] as Line;
    }) as [Line, Line];
    const known = [
      ...['label', 'initiator', 'connection', 'upMs', 'sinceInboundMs', 'unackedBytes'],
      ...['bufferedBytes', 'maxLagMs'],
    ];
    expect(clientLost).to.include.keys(...known, 'attempt', 'nextDelayMs');
    expect(serverLost).to.include.keys(...known, 'device');
    expect(clientLost).to.include({ host: 'kitchen', label: 'reset', initiator: 'network' });
    expect(serverLost).to.include({ host: 'server', device: 'kitchen', initiator: 'network' });
    for (const file of Object.values(journal)) {
      expect(linesOf(file).at(-1)).to.include({ type: 'host.stopped', timers: 0, sockets: 0 });
    }
  });

  it('go on over restarts, each life with its start', async () => {
    for (let life = 1; life <= 2; life += 1) {
      const args = ['--journal', journal.server, '--max-devices', '3'];
      const { server } = await startServer(...args);
      server.signal('SIGTERM');
      await server.exited;
    }
    const lines = linesOf(journal.server);
    expect(lines.map(({ boot, type }) => [boot, type])).to.deep.equal(
      [1, 2].flatMap((boot) =>
        ['host.started', 'server.listening', 'host.stopped'].map((type) => [boot, type]),
      ),
    );
    expect(lines.map(({ seq }) => seq)).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(lines[3]).to.include({ program: 'server', version: 1 });
    expect(lines[3]?.['settings']).to.deep.equal({ maxDevices: 3 });
    expect(lines[3]?.['machine']).to.equal(lines[0]?.['machine']);
  });

  it('of a client say which server it dials, and nothing of how', async () => {
    const { url } = await startServer();
    const env = { TARS_TOKEN: 'planted-4b1d9c2e7f' };
    const args = ['--server', `${url}/path?query`, '--acknowledge', ...SILENT];
    const client = start('client', [...args, '--journal', journal.client], env);
    await client.sees(/link\./);
    client.signal('SIGTERM');
    await client.exited;
    const [started] = linesOf(journal.client);
    expect(started).to.include({ program: 'client', server: new URL(url).host });
    expect(started?.['settings']).to.deep.equal({ acknowledge: true });
    expect(readFileSync(journal.client, 'utf8')).to.not.match(/planted|query|jsonl/);
  });

  it('have no token in them that a server says back', async () => {
    const SECRET = 'planted-4b1d9c2e7f';
    const server = new WebSocketServer({ port: 0, handleProtocols: () => 'tars.v2' });
    server.on('connection', (socket, { headers }) => {
      socket.send(JSON.stringify({ type: 'welcome', connection: SECRET, device: SECRET }));
      socket.close(4_000, String(headers.authorization));
    });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const args = ['--server', url, ...SILENT, '--journal', journal.client];
    const client = start('client', args, { TARS_TOKEN: SECRET });
    await client.sees(/link\.lost/);
    client.signal('SIGTERM');
    await client.exited;
    server.close();
    const text = readFileSync(journal.client, 'utf8');
    expect(text).to.not.include(SECRET);
    expect(only(journal.client, 'link.connected')[0]).to.include({ peerConnection: '[hidden]' });
    expect(only(journal.client, 'link.lost')[0]).to.include({ reason: 'Bearer [hidden]' });
  });

  it('that cannot be written are told of once, and the link goes on', async () => {
    const { server, url } = await startServer('--journal', '/nowhere/server.jsonl');
    await server.complains(/^warning: --journal: \/nowhere\/server\.jsonl: ENOENT[^\n]*\n$/);
    const client = start('client', ['--server', url, ...SILENT, '--journal', folder]);
    await client.complains(/^warning: --journal: [^\n]*: it is no regular file; [^\n]*\n$/);
    await client.sees(/link\.connected/);
    client.signal('SIGTERM');
    expect((await client.exited).code).to.equal(0);
  });

  it('have the last words of a program that an error ends', async () => {
    const crash = saboteur('/server\\.listening/', `throw new TypeError('planted')`);
    const env = { NODE_OPTIONS: `--require ${crash}` };
    const args = ['--port', '0', '--journal', journal.server];
    for (let life = 0; life < 2; life += 1) {
      expect((await run('server', args, env)).code).to.equal(1);
    }
    expect(linesOf(journal.server).map(({ boot, type }) => [boot, type])).to.deep.equal(
      [1, 2].flatMap((boot) => ['host.started', 'server.listening'].map((type) => [boot, type])),
    );
  });

  it('lose the last line at most, whenever the process is killed', async () => {
    const writer = written(
      `const { JournalFile } = require(${JSON.stringify(
        path.join(FOLDER, 'dist', 'src', 'adapters', 'journal-file.js'),
      )});
       const { SystemClock } = require(${JSON.stringify(
         path.join(FOLDER, 'dist', 'src', 'adapters', 'system-clock.js'),
       )});
       const journal = new JournalFile({
         path: process.argv[2], limitBytes: 200_000, host: 'kitchen', secrets: [],
         life: { program: 'client' }, clock: new SystemClock(),
         onFailed: (error) => { throw error; }, onRecovered: () => undefined,
       });
       let lines = 0;
       const tell = () => {
         lines += 1;
         journal.emit({ type: 'turn.started', session: 's', device: 'd', turn: lines });
         if (lines % 100 === 0) process.stdout.write(lines + ' lines\\n');
         setImmediate(tell);
       };
       // Before it is open there is nothing that could be torn.
       void journal.opened().then(tell);`,
    );
    const LIVES = 6;
    for (let life = 1; life <= LIVES; life += 1) {
      const program = new Running(process.execPath, [writer, journal.client]);
      // Each is killed at another place, and all of them in the midst of it.
      await program.sees(new RegExp(`${life * 300} lines`));
      program.signal('SIGKILL');
      expect((await program.exited).signal).to.equal('SIGKILL');
      // Between two files of a rotation there is none of this name.
      const text = existsSync(journal.client) ? readFileSync(journal.client, 'utf8') : '';
      expect(() => text.split('\n').slice(0, -1).forEach(isLine)).to.not.throw();
    }
    const files = [`${journal.client}.1`, journal.client].filter((file) => existsSync(file));
    const lines = files.flatMap(linesOf);
    const seqs = lines.map(({ seq }) => Number(seq));
    expect(seqs).to.deep.equal(seqs.map((_, index) => (seqs[0] as number) + index));
    expect(lines.at(-1)?.['boot']).to.equal(LIVES);
  });

  it('count who is refused over and over, and end with the end', async () => {
    const { port, server } = await startServer('--journal', journal.server);
    for (let times = 0; times < 10; times += 1) {
      // A page in somebody's browser, or a scanner.
      await fetch(`http://127.0.0.1:${port}/`);
    }
    server.signal('SIGTERM');
    await server.exited;
    const told = only(journal.server, 'link.refused').map(({ others }) => others ?? 0);
    expect(told).to.deep.equal([0, 0, 0, 0, 3, 1]);
    expect(linesOf(journal.server).at(-1)?.type).to.equal('host.stopped');
  });

  it('are not overwritten by --events', async () => {
    const args = ['--port', '0', '--journal', journal.server];
    const { code, stderr } = await run('server', [...args, '--events', journal.server]);
    expect(stderr).to.match(/^error: --events: \S+: it is the journal, too\n$/);
    expect(code).to.equal(2);
  });

  it('tell that the process stood still', async () => {
    const { server, url } = await startServer();
    const client = start('client', ['--server', url, ...SILENT, '--journal', journal.client]);
    await client.sees(/link\.connected/);
    client.signal('SIGSTOP');
    await sleep(1_600);
    client.signal('SIGCONT');
    await client.sees(/loop\.stalled/);
    client.signal('SIGTERM');
    await client.exited;
    // A loaded machine may have held it up besides.
    const stalls = only(journal.client, 'loop.stalled').map(({ ms }) => Number(ms));
    expect(Math.max(...stalls)).to.be.at.least(1_350);
    server.signal('SIGTERM');
  });

  for (const program of ['client', 'server'] as const) {
    it(`of the ${program} are off unless somebody asks for one`, async () => {
      const { stdout } = await run(program, ['--print-config']);
      expect(stdout).to.include('journal = "off"  # default\n');
      expect(stdout).to.include('journal-limit = "10MB"  # default\n');
      for (const size of ['10', '10mb', '100KB', '1000GB', '-1MB', '1.5MB']) {
        const { code, stderr } = await run(program, ['--journal-limit', size]);
        expect(stderr).to.match(/'--journal-limit <size>' argument '\S+' is invalid\. .*10MB/);
        expect(code).to.equal(2);
      }
    });
  }
});

function isLine(line: string): void {
  JSON.parse(line);
}

/** A way to a server that somebody may cut. */
class Relay {
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((near) => {
    const far = connect(this.port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('error', () => to.destroy()).pipe(to);
      this.sockets.add(from);
    }
  });

  constructor(private readonly port: number) {}

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** By RST, both ways, and nobody comes through any more. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
