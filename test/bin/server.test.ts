/** These are about real time and real sockets. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';
import { WebSocket } from 'ws';

import { parseEventLines } from '../../src/realtime/journal';
import { streamOf } from './mute-server';
import { build, FOLDER, run, Running, SILENT, start, startServer } from './programs';

describe('server program', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`says goodbye at ${signal}`, async () => {
      const { server, url } = await startServer();
      const client = start('client', ['--server', url, ...SILENT]);
      await client.sees(/link\.connected/);
      const toldAtMs = performance.now();
      server.signal(signal);
      const { code } = await server.exited;
      expect(code).to.equal(0);
      expect(performance.now() - toldAtMs).to.be.below(3_000);
      expect(server.stdout).to.match(/host\.stopped timers=0 sockets=0 dials=0 devices=0\n$/);
      await client.sees(/link\.lost .*label=peer_restart .*code=1012/);
    });
  }

  it('waits 2 s for the goodbye of a device, and at a second signal no longer', async () => {
    const servers = [await startServer(), await startServer()] as const;
    const sockets: WebSocket[] = [];
    for (const { url } of servers) sockets.push(await muteClient(url));
    for (const { server } of servers) server.signal('SIGINT');
    const [patient, hasty] = servers.map(({ server }) => server) as [Running, Running];
    await hasty.sees(/link\.lost .*label=local_shutdown/);
    hasty.signal('SIGINT');
    // What ends gracefully ends with 0, so this one did not wait.
    expect((await hasty.exited).code).to.equal(1);
    expect((await patient.exited).code).to.equal(0);
    for (const socket of sockets) socket.terminate();
  });

  it('takes its settings from the environment, and rather from flags', async () => {
    const env = { TARS_PORT: '0', TARS_HOST: 'localhost', TARS_MAX_DEVICES: '1' };
    const server = start('server', [], env);
    const [, port] = await server.sees(/server\.listening port=(\d+)/);
    const url = `ws://localhost:${port}`;
    const clients = ['a', 'b'].map((device) =>
      start('client', ['--server', url, '--device', device, ...SILENT]),
    );
    await Promise.race(clients.map((client) => client.sees(/link\.failed .*label=busy/)));
    const { stderr } = await run('server', ['--port', '-1'], env);
    expect(stderr).to.match(/'--port <number>' argument '-1'/);
  });

  it('writes every event to a file that --events names', async () => {
    const file = path.join(FOLDER, 'server-events.jsonl');
    const { server } = await startServer('--events', file);
    server.signal('SIGTERM');
    await server.exited;
    const types = parseEventLines(readFileSync(file, 'utf8')).map(({ type }) => type);
    expect(types).to.deep.equal(['host.started', 'server.listening', 'host.stopped']);
  });

  it('says that its port is taken', async () => {
    const { port } = await startServer();
    const { code, stderr } = await run('server', ['--port', port]);
    expect(code).to.equal(2);
    expect(stderr)
      .to.match(/^error: [^\n]*EADDRINUSE[^\n]*\n$/)
      .and.match(/--port/);
  });

  it('explains itself', async () => {
    const { code, stderr, stdout } = await run('server', ['--help']);
    expect(code).to.equal(0);
    expect(stderr).to.equal('');
    for (const flag of [
      '--host',
      '--port',
      '--max-devices',
      '--events',
      'TARS_PORT',
      'Exit code',
    ]) {
      expect(stdout).to.include(flag);
    }
  });

  describe('says what is wrong in a line, and exits with 2', () => {
    const wrong: readonly (readonly [string, readonly string[], NodeJS.ProcessEnv, RegExp])[] = [
      ['an unknown flag', ['--tls'], {}, /'--tls'/],
      ['a word too many', ['now'], {}, /too many arguments/],
      ['a file that cannot be', ['--events', '/nowhere/at/all'], {}, /--events: .*ENOENT/],
      ['a port that is none', ['--port', 'http'], {}, /'--port <number>'/],
      ['a port that is too high', ['--port', '65536'], {}, /'--port <number>'.*65535/],
      ['a port of the environment', [], { TARS_PORT: '1.5' }, /'1\.5' from env 'TARS_PORT'/],
      ['an address that others reach', ['--host', '0.0.0.0'], {}, /--host: '0\.0\.0\.0'/],
      ['all addresses of IPv6', ['--host', '::'], {}, /--host: '::'/],
      ['a name that is not this machine', ['--host', 'example.com'], {}, /--host: 'example\.com'/],
      ['no devices', ['--max-devices', '0'], {}, /'--max-devices <number>'/],
    ];
    for (const [what, flags, env, message] of wrong) {
      it(what, async () => {
        const { code, stderr, stdout } = await run('server', flags, env);
        expect(stderr)
          .to.match(/^error: [^\n]+\n$/)
          .and.match(message);
        expect(code).to.equal(2);
        expect(stdout, 'nothing was started').to.equal('');
      });
    }
  });
});

/** A device that reads nothing once it is connected, so that no close frame is answered. */
async function muteClient(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  streamOf(socket).pause();
  return socket;
}
