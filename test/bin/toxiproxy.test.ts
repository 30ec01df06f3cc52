/** These are about real time and real sockets. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';

import { expect } from 'chai';
import { Toxiproxy } from 'toxiproxy-node-client';

import { build, FOLDER, run, Running, start } from './programs';

describe('toxiproxy program', function () {
  this.timeout(60_000);

  let echo: Server;
  let upstream: string;

  before(async () => {
    await build();
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    upstream = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
  });

  after(() => echo.close());
  afterEach(() => Running.endAll());

  function config(text: string): string {
    const file = path.join(FOLDER, `toxiproxy-${process.hrtime.bigint()}.json`);
    writeFileSync(file, text);
    return file;
  }

  async function started(...args: readonly string[]) {
    const proxies = config(JSON.stringify([{ name: 'link', listen: 'localhost:0', upstream }]));
    const program = start('toxiproxy', ['--port', '0', '--config', proxies, ...args]);
    const [, port] = await program.sees(/toxiproxy\.listening host=localhost port=(\d+)/);
    const client = new Toxiproxy(`http://localhost:${port}`);
    const [, number] = (await client.get('link')).listen.split(':');
    return { program, client, port: Number(number) };
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`serves proxies and their API, and closes all at ${signal}`, async () => {
      const { program, port } = await started();
      const socket = connect(port, '127.0.0.1');
      socket.write('hello');
      expect(String((await once(socket, 'data'))[0])).to.equal('hello');
      program.signal(signal);
      const { code, stderr, stdout } = await program.exited;
      expect([code, stderr]).to.deep.equal([0, '']);
      expect(stdout)
        .to.match(/^toxiproxy\.proxy name="link" listen=127\.0\.0\.1:\d+\n/)
        .and.match(/\ntoxiproxy\.stopped\n$/);
      if (!socket.closed) await once(socket, 'close');
    });
  }

  it('rolls toxicity the same from the same seed', async () => {
    const rolls: string[] = [];
    for (const seed of ['7', '7', '8']) {
      const { client, port } = await started('--seed', seed);
      await (
        await client.get('link')
      ).addToxic({
        ...{ name: 'cut', type: 'limit_data', stream: 'downstream', toxicity: 0.5 },
        ...{ attributes: { bytes: 0 } },
      } as Parameters<Awaited<ReturnType<typeof client.get>>['addToxic']>[0]);
      let rolled = '';
      for (let connection = 0; connection < 24; connection++) rolled += await spared(port);
      rolls.push(rolled);
    }
    expect(rolls[0]).to.match(/0/).and.match(/1/);
    expect(rolls[1]).to.equal(rolls[0]);
    expect(rolls[2]).not.to.equal(rolls[0]);
  });

  it('explains itself', async () => {
    const { code, stderr, stdout } = await run('toxiproxy', ['--help']);
    expect([code, stderr]).to.deep.equal([0, '']);
    for (const flag of ['--host', '--port', '--config', '--seed', 'Exit code']) {
      expect(stdout).to.include(flag);
    }
  });

  it('says that its port is taken', async () => {
    const { port } = echo.address() as AddressInfo;
    const args = ['--host', '127.0.0.1', '--port', String(port)];
    const { code, stderr } = await run('toxiproxy', args);
    expect(code).to.equal(2);
    expect(stderr)
      .to.match(/^error: cannot listen on 127\.0\.0\.1, port \d+: [^\n]*EADDRINUSE[^\n]*\n$/)
      .and.match(/--port/);
  });

  describe('says what is wrong with a config in a line, and exits with 2', () => {
    const wrong: readonly (readonly [string, string, RegExp])[] = [
      ['no JSON', '[{', /: bad request body: unexpected EOF\. It must be a JSON array/],
      ['no array', '{}', /cannot unmarshal object/],
      ['a field that is missing', '[{"name":"a"}]', /missing required field: upstream at proxy 1/],
      ['no address', '[{"name":"a","upstream":"b:1","listen":"x"}]', /missing port in address/],
    ];
    for (const [what, text, pattern] of wrong) {
      it(what, async () => {
        const { code, stderr } = await run('toxiproxy', ['--port', '0', '--config', config(text)]);
        expect(code).to.equal(2);
        expect(stderr)
          .to.match(/^error: --config [^\n]*\n$/)
          .and.match(pattern);
      });
    }

    it('a file that is not there', async () => {
      const { code, stderr } = await run('toxiproxy', ['--config', '/nowhere.json']);
      expect(code).to.equal(2);
      expect(stderr).to.match(/^error: --config: ENOENT[^\n]*\n$/);
    });
  });
});

/** Whether a connection echoes, or is closed. */
async function spared(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write('x');
  const echoed = await new Promise<string>((resolve) => {
    socket.once('data', () => resolve('1'));
    socket.once('end', () => resolve('0'));
    socket.once('error', () => resolve('0'));
  });
  socket.destroy();
  return echoed;
}
