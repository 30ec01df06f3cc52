/**
 * How the programs are run: settings, logs, secrets, health, certificates, bad ends. These are
 * about real processes and sockets.
 */
import { once } from 'node:events';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';
import { WebSocket } from 'ws';

import { makeCertificate } from '../adapters/certificates';
import { streamOf } from './mute-server';
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

/** The client's `buttonDebounceMs`, and some more. */
const BOUNCE_MS = 400;
const JSON_LOG = { TARS_LOG_FORMAT: 'auto' } as const;

describe('programs in operation', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  describe('settings', () => {
    for (const program of ['client', 'server'] as const) {
      it(`of the ${program} are printed with their sources, and nothing is started`, async () => {
        const config = written('log-level = "warn"\n');
        const args = ['--config', config, '--events', '/nowhere/x', '--print-config'];
        const { code, stderr, stdout } = await run(program, args);
        expect([code, stderr]).to.deep.equal([0, '']);
        expect(stdout).to.include(`log-level = "warn"  # ${config}:1: log-level\n`);
        expect(stdout).to.include('events = "/nowhere/x"  # --events\n');
        expect(stdout).to.include('log-format = "human"  # TARS_LOG_FORMAT\n');
        expect(stdout).to.include('# config = ').and.not.include('print-config');
      });

      it(`of the ${program} come from a file, wherever it is named`, async () => {
        const config = written('events = "/nowhere/at/all"\n');
        for (const [args, env] of [
          [['--config', config], {}],
          [[], { TARS_CONFIG: config }],
        ] as const) {
          const { code, stderr } = await run(program, [...args], env);
          expect(stderr).to.match(/^error: .*written-\d+:1: events: \/nowhere\/at\/all: ENOENT/);
          expect(code).to.equal(2);
        }
      });

      it(`of the ${program}: a slip is an error with what may have been meant`, async () => {
        const slips: readonly (readonly [string[], NodeJS.ProcessEnv, RegExp])[] = [
          [['--evnts', 'x'], {}, /'--evnts'\. Did you mean '--events'\?/],
          [[], { TARS_EVENT: 'x' }, /^error: TARS_EVENT: .*Did you mean 'TARS_EVENTS'\?/],
          [['--config', written('evnts = "x"')], {}, /:1: no setting 'evnts'\. .*'events'\?/],
        ];
        for (const [args, env, pattern] of slips) {
          const { code, stderr, stdout } = await run(program, args, env);
          expect(stderr)
            .to.match(/^[^\n]+\n$/)
            .and.match(pattern);
          expect([code, stdout]).to.deep.equal([2, '']);
        }
      });
    }

    it('of the server go for its subcommands, too', async () => {
      const tokens = path.join(FOLDER, 'subcommand-tokens');
      const config = written(`tokens = "${tokens}"`);
      const added = await run('server', ['token', 'add', 'hall', '--config', config]);
      expect([added.code, added.stdout.length]).to.deep.equal([0, 44]);
      const listed = await run('server', ['token', 'list'], { TARS_TOKENS: tokens });
      expect(listed.stdout).to.equal('hall\n');
      const removed = await run('server', ['token', 'remove', 'hall', '--tokens', tokens]);
      expect([removed.code, removed.stdout]).to.deep.equal([0, '']);
    });
  });

  it('never write a secret, wherever it was given and whatever goes wrong', async () => {
    const SECRET = 'planted-4b1d9c2e7f';
    const events = path.join(FOLDER, 'secret-events.jsonl');
    const journal = path.join(FOLDER, 'secret-journal.jsonl');
    const crash = saboteur('/host\\.stopped/', `throw new Error('it is ${SECRET}')`);
    const told: string[] = [];
    for (const env of [
      { TARS_TOKEN: SECRET },
      { TARS_TOKEN_FILE: written(`${SECRET}\n`, 0o644) },
      { PICOVOICE_ACCESS_KEY: SECRET },
      { TARS_TOKEN: SECRET, NODE_OPTIONS: `--require ${crash}` },
      { TARS_TOKEN: SECRET, TARS_TOKEN_FILE: 'x' },
      { TARS_TOKEN: `${SECRET} two words` },
    ]) {
      const { url } = await startServer();
      const args = ['--server', url, '--events', events, '--journal', journal, ...SILENT];
      const client = start('client', args, { ...JSON_LOG, ...env });
      await Promise.race([client.sees(/link\.connected/).catch(() => undefined), client.exited]);
      client.signal('SIGTERM');
      const { stderr, stdout } = await client.exited;
      const printed = await run('client', ['--print-config'], env);
      const files = [events, journal].map((file) => readFileSync(file, 'utf8'));
      told.push(stdout, stderr, printed.stdout, printed.stderr, ...files);
    }
    expect(told.join('')).to.include('link.connected').and.include('hidden');
    expect(told.join('')).to.include('everybody on this machine may read it');
    expect(told.join('')).to.include('"level":"fatal"');
    expect(told.join('')).to.not.include(SECRET);
  });

  describe('logs', () => {
    it('are JSON where nobody reads along, a line a durable event', async () => {
      const server = start('server', ['--port', '0'], JSON_LOG);
      await server.sees(/server\.listening/);
      server.signal('SIGTERM');
      const { stdout } = await server.exited;
      const lines = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      expect(lines.map((line) => 'type' in line && line.type)).to.deep.equal([
        'server.listening',
        'host.stopped',
      ]);
    });

    it('may lose their reader, and the program goes on', async () => {
      const { server, url } = await startServer();
      const client = start('client', ['--server', url, ...SILENT]);
      await client.sees(/link\.dialing/);
      client.closeOutput();
      await server.sees(/link\.accepted/);
      client.signal('SIGTERM');
      expect((await client.exited).code).to.equal(0);
      await server.sees(/link\.lost .*label=peer_close .*code=1000/);
    });

    it('and complaints may lose their reader, and the program goes on', async () => {
      const server = start('server', ['--port', '0', '--events', '/dev/full']);
      server.closeOutput('stderr');
      await server.sees(/server\.listening/);
      server.signal('SIGTERM');
      expect((await server.exited).code).to.equal(0);
    });

    it('and --events may have no room, and the program goes on', async function () {
      if (process.platform !== 'linux') this.skip(); // there is no /dev/full elsewhere
      const full = openSync('/dev/full', 'w');
      const args = ['--port', '0', '--events', '/dev/full', '--health', '127.0.0.1:0'];
      const server = start('server', args, {}, undefined, { output: full });
      await server.complains(/warning: --events: \/dev\/full: ENOSPC/);
      const [, port] = await server.complains(/health: GET \/healthz on port (\d+)/);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).to.equal(200);
      server.signal('SIGTERM');
      const { code, stderr } = await server.exited;
      expect(stderr.match(/warning/g), 'said once').to.have.length(1);
      expect(code).to.equal(0);
    });
  });

  describe('an error that nobody expected', () => {
    for (const [what, thrown] of [
      ['thrown', `throw new TypeError('planted')`],
      ['of a promise', `Promise.reject(new TypeError('planted'))`],
    ] as const) {
      it(`${what} is the last line of the log, and the exit code is 1`, async () => {
        const crash = saboteur('/server\\.listening/', thrown);
        const env = { ...JSON_LOG, NODE_OPTIONS: `--require ${crash}` };
        const { code, stderr, stdout } = await run('server', ['--port', '0'], env);
        expect([code, stderr]).to.deep.equal([1, '']);
        const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) as string) as object;
        expect(last).to.include({ level: 'fatal', error: 'TypeError', message: 'planted' });
      });
    }
  });

  describe('health', () => {
    async function startHealthy(): Promise<{ server: Running; ask: () => Promise<Response> }> {
      const server = start('server', ['--port', '0', '--health', '127.0.0.1:0']);
      const [, port] = await server.complains(/health: GET \/healthz on port (\d+)/);
      await server.sees(/server\.listening/);
      return { server, ask: () => fetch(`http://127.0.0.1:${port}/healthz`) };
    }

    it('tells the devices that are connected, and while it stops that it does', async () => {
      const { ask, server } = await startHealthy();
      const [, port] = await server.sees(/server\.listening port=(\d+)/);
      const device = new WebSocket(`ws://127.0.0.1:${port}`, { headers: { 'x-device': 'hall' } });
      device.on('error', () => undefined);
      await once(device, 'open');
      streamOf(device).pause();
      await server.sees(/link\.accepted/);
      const well = await ask();
      const body = (await well.json()) as { uptimeMs: number; devices: object[] };
      expect(well.status).to.equal(200);
      expect(body).to.include({ status: 'ok', version: '0.1.0' });
      expect(body.uptimeMs).to.be.above(0);
      expect(body.devices).to.have.length(1);
      expect(body.devices[0]).to.include({ state: 'passive', protocol: 'base' });
      // A device that does not say goodbye is waited for, two seconds.
      server.signal('SIGTERM');
      await server.sees(/label=local_shutdown/);
      expect((await ask()).status).to.equal(503);
      const { code, stdout } = await server.exited;
      expect(stdout).to.match(/host\.stopped timers=0 sockets=0 dials=0 devices=0\n$/);
      expect(code).to.equal(0);
      device.terminate();
    });

    for (const [what, address] of [
      ['an address that others reach', '0.0.0.0:8766'],
      ['no port', '127.0.0.1'],
      ['a port that is none', '127.0.0.1:70000'],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const { code, stderr } = await run('server', ['--health', address]);
        expect(stderr).to.match(/^error: --health: '[^']+' is invalid\. .*127\.0\.0\.1:8766\.\n$/);
        expect(code).to.equal(2);
      });
    }

    it('says that its port is taken, by its own name', async () => {
      const { port } = await startServer();
      const { code, stderr } = await run('server', ['--health', `127.0.0.1:${port}`]);
      expect(stderr).to.match(
        /^error: cannot listen on .*EADDRINUSE.* --health chooses another\.\n$/,
      );
      expect(code).to.equal(2);
    });
  });

  describe('tokens and TLS', () => {
    it('let in the device that has both, and SIGHUP renews the certificate', async () => {
      const [first, second] = [makeCertificate(), makeCertificate()];
      const [cert, key] = [written(String(first.cert)), written(String(first.key))];
      const tokens = path.join(FOLDER, 'tls-tokens');
      const { stdout: token } = await run('server', ['token', 'add', 'hall', '--tokens', tokens]);
      const { port, server } = await startServer(
        ...['--tokens', tokens, '--tls-cert', cert, '--tls-key', key],
      );
      const dial = (ca: object, device: string): Running =>
        start('client', ['--server', `wss://127.0.0.1:${port}`, ...SILENT, '--device', device], {
          TARS_TOKEN: token.trim(),
          TARS_CA: written(String((ca as typeof first).cert)),
        });
      await dial(first, 'hall').sees(/link\.connected/);
      await dial(first, 'kitchen').sees(/link\.failed .*label=auth/);
      await dial(second, 'hall').sees(/link\.failed .*label=tls/);

      writeFileSync(cert, String(second.cert));
      server.signal('SIGHUP');
      await server.complains(/warning: SIGHUP: .*the certificate stays as it was/);
      writeFileSync(key, String(second.key));
      server.signal('SIGHUP');
      await server.complains(/SIGHUP: the certificate was read again/);
      await dial(second, 'hall').sees(/link\.connected/);
    });

    it('refuse what cannot be used, by the setting that names it', async () => {
      const { cert, key } = makeCertificate();
      const [certFile, keyFile] = [written(String(cert)), written(String(key))];
      const wrong: readonly (readonly [string[], RegExp])[] = [
        [['--tls-cert', certFile], /--tls-key/],
        [['--tls-cert', keyFile, '--tls-key', keyFile], /^error: --tls-cert: /],
        [['--tls-cert', '/nowhere', '--tls-key', keyFile], /--tls-cert: \/nowhere: ENOENT/],
        [['--tokens', '/nowhere'], /^error: --tokens: .*\/nowhere/],
        [['--tokens', certFile], /^error: --tokens: /],
        [['--engine', 'gemini-live'], /^error: --engine: gemini-live needs a key/],
      ];
      for (const [args, pattern] of wrong) {
        const { code, stderr, stdout } = await run('server', ['--port', '0', ...args]);
        expect(stderr)
          .to.match(/^error: [^\n]+\n$/)
          .and.match(pattern);
        expect([code, stdout], args.join(' ')).to.deep.equal([2, '']);
      }
    });
  });

  describe('push to talk', () => {
    const KEYBOARD = [...SILENT, '--hotword', 'keyboard'];

    it('is said in a line, begins a session and ends it', async () => {
      const { url } = await startServer();
      const args = ['--server', url, ...KEYBOARD];
      const client = start('client', args, {}, undefined, { input: 'pipe' });
      await client.complains(/^push to talk: .*\n$/);
      await client.sees(/link\.connected/);
      client.types('\n');
      await client.sees(/session\.started/);
      // What comes this soon after the first press is the same press.
      await sleep(BOUNCE_MS);
      client.types('\n');
      await client.sees(/session\.ended .*reason=user/);
      client.signal('SIGTERM');
      expect((await client.exited).stdout).to.match(/host\.stopped .* devices=0\n$/);
    });

    it('is refused where there is no keyboard', async () => {
      const { code, stderr } = await run('client', KEYBOARD);
      expect(stderr).to.match(/^error: --hotword: nobody can begin a session: [^\n]+\n$/);
      expect(code).to.equal(2);
    });
  });
});
