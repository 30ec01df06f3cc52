/** These are about real time and real sockets: they take as long as the sound does. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import path from 'node:path';

import { expect } from 'chai';
import { WebSocketServer } from 'ws';

import { fixtureFile } from '../../src/audio/fixture-file';
import { decodeWav } from '../../src/audio/wav-file';
import { MuteServer } from './mute-server';
import { build, FOLDER, run, Running, SILENT, start, startServer } from './programs';

const QUESTION = fixtureFile('hey-jarvis-what-time-is-it');

describe('client program', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  it('holds a session: the reply is what was asked, sample for sample', async () => {
    const { server, url } = await startServer();
    const out = path.join(FOLDER, 'out.wav');
    const sound = ['--microphone', `wav:${QUESTION}`, '--speaker', `wav:${out}`];
    const { code, stderr } = await run('client', ['--server', url, ...sound, '--sessions', '1']);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const reply = await decodeWav(readFileSync(out));
    const question = await decodeWav(readFileSync(QUESTION));
    const ONE_SECOND = 32_000;
    expect(reply.length).to.be.greaterThan(ONE_SECOND / 2);
    expect(question.indexOf(reply), 'where in the question it lies').to.be.greaterThan(0);
    expect(question.indexOf(reply) % 2, 'on a whole sample').to.equal(0);
    // It went over one connection, which the client ended.
    await server.sees(/link\.lost .*label=peer_close .*code=1000/);
    expect(server.stdout.match(/link\.accepted/g)).to.have.length(1);
  });

  it('connects once the server is up', async () => {
    const first = await startServer();
    first.server.signal('SIGTERM');
    await first.server.exited;
    const client = start('client', ['--server', first.url, ...SILENT]);
    await client.sees(/link\.failed .*label=dial_refused/);
    start('server', ['--port', first.port]);
    await client.sees(/link\.connected/);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`says goodbye at ${signal}`, async () => {
      const { server, url } = await startServer();
      const client = start('client', ['--server', url, ...SILENT]);
      await client.sees(/link\.connected/);
      const toldAtMs = performance.now();
      client.signal(signal);
      const { code } = await client.exited;
      expect(code).to.equal(0);
      expect(performance.now() - toldAtMs).to.be.below(3_000);
      expect(client.stdout).to.match(/host\.stopped timers=0 sockets=0 dials=0 devices=0\n$/);
      await server.sees(/link\.lost .*label=peer_close .*code=1000/);
    });
  }

  it('waits 2 s for the goodbye of a server, and at a second signal no longer', async () => {
    const mute = new MuteServer();
    const url = await mute.listen();
    const [patient, hasty] = [0, 1].map(() => start('client', ['--server', url, ...SILENT])) as [
      Running,
      Running,
    ];
    await Promise.all([patient, hasty].map((client) => client.sees(/link\.connected/)));
    for (const client of [patient, hasty]) client.signal('SIGINT');
    await hasty.sees(/to=disconnected/);
    hasty.signal('SIGINT');
    // What ends gracefully ends with 0, so this one did not wait.
    expect((await hasty.exited).code).to.equal(1);
    expect((await patient.exited).code).to.equal(0);
    mute.close();
  });

  it('stops at a signal while it waits to dial again', async () => {
    const client = start('client', ['--server', 'ws://127.0.0.1:1', ...SILENT]);
    await client.sees(/backoff\.scheduled/);
    client.signal('SIGTERM');
    expect((await client.exited).code).to.equal(0);
  });

  it('stops at a signal in the middle of a dial', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const client = start('client', ['--server', `ws://127.0.0.1:${port}`, ...SILENT]);
    const [stream] = (await once(silent, 'connection')) as [Socket];
    client.signal('SIGTERM');
    expect((await client.exited).code).to.equal(0);
    stream.destroy();
    silent.close();
  });

  it('takes its settings from the environment, and rather from flags', async () => {
    const { server, url } = await startServer();
    const env = { TARS_SERVER: url, TARS_DEVICE: 'kitchen' };
    start('client', SILENT, env);
    await server.sees(/link\.accepted .*device=kitchen/);
    start('client', ['--device', 'hall', ...SILENT], env);
    await server.sees(/link\.accepted .*device=hall/);
  });

  it('fails where the hotword is not in what the microphone hears', async () => {
    const { url } = await startServer();
    const microphone = `wav:${fixtureFile('turn-on-the-light')}`;
    const flags = ['--microphone', microphone, '--speaker', 'null', '--sessions', '1'];
    const { code, stderr } = await run('client', ['--server', url, ...flags]);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: no session came of wav:.*turn-on-the-light\.wav: .*hotword/);
  });

  it('speaks base with a server that knows no more', async () => {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      handleProtocols: () => false,
    });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const said: string[] = [];
    server.on('connection', (socket) => {
      socket.on('message', (data, isBinary) => {
        said.push(isBinary ? 'audio' : (data as Buffer).toString());
        if (said.length === 3) socket.send('{"type":"session_end"}');
      });
    });
    const flags = ['--microphone', `wav:${QUESTION}`, '--speaker', 'null', '--sessions', '1'];
    const { code } = await run('client', ['--server', `ws://127.0.0.1:${port}`, ...flags]);
    expect(code).to.equal(0);
    expect(said.slice(0, 3)).to.deep.equal(['{"type":"hotword_detected"}', 'audio', 'audio']);
    server.close();
  });

  describe('says what is wrong in a line, and exits with 2', () => {
    const text = path.join(__dirname, 'client.test.ts');
    const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['an unknown flag', ['--volume', '3'], /'--volume'/],
      ['a word too many', ['please'], /too many arguments/],
      ['an address that is none', ['--server', 'tars'], /--server: .*ws:\/\//],
      ['an address of another kind', ['--server', 'http://127.0.0.1'], /--server: .*ws:\/\//],
      ['a name with a space', ['--device', 'the kitchen'], /--device: /],
      ['a file that is missing', ['--microphone', 'wav:/no/such.wav'], /--microphone: \/no\/such/],
      ['a file that is no WAV', ['--microphone', `wav:${text}`], /--microphone: .*no WAV/],
      ['a device that is none', ['--microphone', 'loud'], /--microphone .*'loud'.*arecord/],
      ['a hotword that is silent', ['--hotword', `wav:${fixtureFile('silence')}`], /--hotword: /],
      ['no hotword', ['--hotword', 'null'], /--hotword .*'null'.*keyboard/],
      ['a file without a name', ['--speaker', 'wav:'], /--speaker .*'wav:'/],
      ['a folder to speak into', ['--speaker', `wav:${FOLDER}`], /--speaker: .*EISDIR/],
      ['a folder that is missing', ['--speaker', 'wav:/no/out.wav'], /--speaker: \/no\/out/],
      ['no sessions', ['--sessions', '0'], /'--sessions <number>'.*from 1 on/],
    ];
    for (const [what, flags, message] of wrong) {
      it(what, async () => {
        const { code, stderr, stdout } = await run('client', flags);
        expect(stderr)
          .to.match(/^error: [^\n]+\n$/)
          .and.match(message);
        expect(code).to.equal(2);
        expect(stdout, 'nothing was started').to.equal('');
      });
    }
  });
});
