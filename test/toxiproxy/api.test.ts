/** The HTTP API on loopback: these are about real sockets. */
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { expect } from 'chai';
import { Toxiproxy as Client, type Latency } from 'toxiproxy-node-client';

import { SystemClock } from '../../src/adapters/system-clock';
import { TcpSockets } from '../../src/adapters/tcp-sockets';
import { makeApi } from '../../src/toxiproxy/api';
import { Toxiproxy } from '../../src/toxiproxy/toxiproxy';

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

describe('HTTP API', () => {
  let clock: SystemClock;
  let sockets: TcpSockets;
  let toxiproxy: Toxiproxy;
  let server: Server;
  let port: number;
  let client: Client;

  beforeEach(async () => {
    clock = new SystemClock();
    sockets = new TcpSockets();
    toxiproxy = new Toxiproxy({ clock, sockets, random: { next: () => 0 } });
    server = createServer(makeApi(toxiproxy)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    client = new Client(`http://127.0.0.1:${port}`);
  });

  afterEach(async () => {
    await toxiproxy.close();
    server.close();
    server.closeAllConnections();
    expect(sockets.holdings()).to.deep.equal({ sockets: 0, dials: 0, listeners: 0 });
    expect(clock.pendingTimers()).to.equal(0);
  });

  async function ask(
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    call.on('error', () => undefined);
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return {
      status: response.statusCode ?? 0,
      body: Buffer.concat(chunks).toString(),
      headers: response.headers,
    };
  }

  const LINK = { name: 'link', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' };

  async function make(name = 'link'): Promise<void> {
    await toxiproxy.create({ ...LINK, name });
  }

  describe('is what toxiproxy-node-client expects', () => {
    it('for proxies', async () => {
      const proxy = await client.createProxy(LINK);
      expect(proxy.listen).to.match(/^127\.0\.0\.1:[1-9]\d*$/);
      expect((await client.get('link')).toJson()).to.deep.include({ listen: proxy.listen });
      const update = { enabled: false, listen: proxy.listen, upstream: '127.0.0.1:2' };
      expect(await proxy.update(update)).to.deep.include(update);
      expect(Object.keys(await client.getAll())).to.deep.equal(['link']);
      await proxy.remove();
      expect(await client.getAll()).to.deep.equal({});
    });

    it('for populate, reset and the version', async () => {
      const made = await client.populate([LINK, { ...LINK, name: 'off', enabled: false }]);
      expect(Object.keys(made)).to.deep.equal(['link', 'off']);
      expect(await client.populate([])).to.deep.equal({});
      await client.reset();
      expect((await client.get('off')).enabled).to.equal(true);
      expect(await client.getVersion()).to.equal('{"version":"2.12.0"}\n');
    });

    it('for toxics', async () => {
      const proxy = await client.createProxy(LINK);
      const settings = {
        name: 'late',
        type: 'latency',
        stream: 'upstream',
        toxicity: 0.5,
        attributes: { latency: 5, jitter: 1 } as Latency,
      } as const;
      const toxic = await proxy.addToxic({ ...settings });
      expect(toxic.toJson()).to.deep.equal(settings);
      const change = { ...settings, toxicity: 1, attributes: { latency: 9, jitter: 0 } };
      expect((await toxic.update(change)).toJson()).to.deep.equal(change);
      expect((await proxy.getToxic('late')).toJson()).to.deep.equal(change);
      await toxic.remove();
      expect(toxiproxy.listToxics('link')).to.deep.equal([]);
    });

    it('for errors', async () => {
      await client.createProxy(LINK);
      const error = await client.createProxy(LINK).catch((thrown: Error) => thrown);
      expect(error).to.have.property('message', 'Request failed with status code 409');
    });
  });

  it('answers every route with its status', async () => {
    const body = JSON.stringify(LINK);
    const toxic = '{"type":"latency","attributes":{"latency":1}}';
    const name = 'latency_downstream';
    const view =
      `{"attributes":{"latency":1,"jitter":0},"name":"${name}","type":"latency",` +
      '"stream":"downstream","toxicity":1}\n';
    const off =
      '{"name":"link","listen":"127.0.0.1:0","upstream":"127.0.0.1:1",' +
      '"enabled":false,"toxics":[]}';
    const calls: readonly (readonly [string, string, string | undefined, number, string?])[] = [
      ['GET', '/version', undefined, 200, '{"version":"2.12.0"}\n'],
      ['GET', '/proxies', undefined, 200, '{}\n'],
      ['POST', '/proxies', body.replace('}', ',"enabled":false}'), 201, `${off}\n`],
      ['GET', '/proxies', undefined, 200, `{"link":${off}}\n`],
      ['GET', '/proxies/link', undefined, 200, `${off}\n`],
      ['POST', '/proxies/link', '{"name":"other"}', 200, `${off}\n`],
      ['PATCH', '/proxies/link', 'null', 200, `${off}\n`],
      ['GET', '/proxies/link/toxics', undefined, 200, '[]\n'],
      ['POST', '/proxies/link/toxics', toxic, 200, view],
      ['GET', '/proxies/link/toxics', undefined, 200, `[${view.trim()}]\n`],
      ['GET', `/proxies/link/toxics/${name}`, undefined, 200, view],
      ['POST', `/proxies/link/toxics/${name}`, '{"type":1}', 200, view],
      ['PATCH', `/proxies/link/toxics/${name}?a=b`, '{}', 200, view],
      ['DELETE', `/proxies/link/toxics/${name}`, undefined, 204, ''],
      ['POST', '/populate', '[]', 201, '{"proxies":[]}\n'],
      ['POST', '/populate', 'null', 201, '{"proxies":[]}\n'],
      ['POST', '/reset', undefined, 204, ''],
      ['DELETE', '/proxies/link', undefined, 204, ''],
    ];
    for (const [method, path, sent, status, expected] of calls) {
      const reply = await ask(method, path, sent);
      expect([method, path, reply.status, reply.body]).to.deep.equal([
        ...[method, path, status, expected],
      ]);
      expect(reply.headers['x-toxiproxy-request-id']).to.match(/^\w{20}$/);
      expect(reply.headers.date).to.equal(undefined);
    }
    expect((await ask('GET', '/version')).headers['content-type']).to.equal(
      'application/json;charset=utf-8',
    );
  });

  const errors: readonly (readonly [string, string, string, number, string])[] = [
    ['POST', '/proxies', '', 400, 'bad request body: EOF'],
    ['POST', '/proxies', '{"name":', 400, 'bad request body: unexpected EOF'],
    [
      'POST',
      '/proxies',
      'name',
      400,
      "bad request body: invalid character 'a' in literal null (expecting 'u')",
    ],
    [
      'POST',
      '/proxies',
      '{"name":1}',
      400,
      'bad request body: json: cannot unmarshal number into Go struct field ' +
        'Proxy.name of type string',
    ],
    [
      'POST',
      '/proxies',
      '[]',
      400,
      'bad request body: json: cannot unmarshal array into Go value of type toxiproxy.Proxy',
    ],
    ['POST', '/proxies', '{}', 400, 'missing required field: name'],
    ['POST', '/proxies', '{"NAME":"a"}', 400, 'missing required field: upstream'],
    ['POST', '/proxies', '{"name":"link","upstream":"b"}', 409, 'proxy already exists'],
    [
      'POST',
      '/proxies',
      '{"name":"a","upstream":"b","listen":"bogus"}',
      500,
      'listen tcp: address bogus: missing port in address',
    ],
    ['POST', '/proxies/link', '{"listen":"b"}', 500, 'address b: missing port in address'],
    [
      'POST',
      '/proxies/link',
      '{"enabled":"no"}',
      400,
      'bad request body: json: cannot unmarshal string into Go struct field ' +
        'Proxy.enabled of type bool',
    ],
    ['GET', '/proxies/nope', '', 404, 'proxy not found'],
    ['POST', '/proxies/nope', '{', 404, 'proxy not found'],
    ['DELETE', '/proxies/nope', '', 404, 'proxy not found'],
    ['GET', '/proxies/nope/toxics', '', 404, 'proxy not found'],
    ['POST', '/proxies/nope/toxics', '{', 404, 'proxy not found'],
    ['GET', '/proxies/link/toxics/nope', '', 404, 'toxic not found'],
    ['PATCH', '/proxies/link/toxics/nope', '{', 404, 'toxic not found'],
    ['DELETE', '/proxies/link/toxics/nope', '', 404, 'toxic not found'],
    ['POST', '/proxies/link/toxics', '{"type":"noop"}', 409, 'toxic already exists'],
    ['POST', '/proxies/link/toxics', '{}', 400, 'invalid toxic type'],
    [
      'POST',
      '/proxies/link/toxics',
      '{"stream":"", "type":"x"}',
      400,
      'stream was invalid, can be either upstream or downstream',
    ],
    [
      ...([
        'POST',
        '/proxies/link/toxics',
        '{"type":"latency","attributes":{"jitter":1e2}}',
      ] as const),
      400,
      'bad request body: json: cannot unmarshal number 1e2 into Go struct field ' +
        'LatencyToxic.attributes.jitter of type int64',
    ],
    [
      'POST',
      '/proxies/link/toxics',
      '{"type":"noop","name":"b","attributes":5}',
      400,
      'bad request body: json: cannot unmarshal number into Go value of type toxics.NoopToxic',
    ],
    [
      'POST',
      '/proxies/link/toxics',
      '{"type":"latency","attributes":{"latency":99999999999999999999}}',
      400,
      'bad request body: json: cannot unmarshal number 99999999999999999999 into Go struct field ' +
        'LatencyToxic.attributes.latency of type int64',
    ],
    [
      'POST',
      '/proxies/link/toxics',
      '{"type":"latency","toxicity":"1"}',
      400,
      'bad request body: json: cannot unmarshal string into Go struct field ' +
        'Toxic.toxicity of type float32',
    ],
    [
      'POST',
      '/proxies/link/toxics/noop_downstream',
      '{"toxicity":1e99}',
      400,
      'bad request body: json: cannot unmarshal number 1e+99 into Go struct field ' +
        'Toxic.toxicity of type float32',
    ],
    [
      'POST',
      '/populate',
      '{}',
      400,
      'bad request body: json: cannot unmarshal object into Go value of type []toxiproxy.Proxy',
    ],
  ];
  for (const [method, path, body, status, error] of errors) {
    it(`answers ${method} ${path} ${body} with ${status} ${error.slice(0, 40)}`, async () => {
      await make();
      toxiproxy.addToxic('link', { type: 'noop' });
      const reply = await ask(method, path, body);
      expect(JSON.parse(reply.body)).to.deep.equal({ error, status });
      expect(reply.status).to.equal(status);
      expect(reply.body).to.match(/\n$/);
    });
  }

  it('says which proxy of many is wrong, and which were made before one failed', async () => {
    const wrong = await ask('POST', '/populate', '[{"name":"a","upstream":"b"},{"name":"c"}]');
    expect(wrong.status).to.equal(400);
    expect(wrong.body).to.include('missing required field: upstream at proxy 2');
    const half = [LINK, { ...LINK, name: 'b', listen: 'bogus' }];
    const { status, body } = await ask('POST', '/populate', JSON.stringify(half));
    const answer = JSON.parse(body) as { proxies: { name: string }[]; error: string };
    expect([status, answer.proxies.map(({ name }) => name), answer.error]).to.deep.equal([
      ...[500, ['link'], 'listen tcp: address bogus: missing port in address'],
    ]);
  });

  it('says that an address is in use', async () => {
    const listen = `127.0.0.1:${port}`;
    const { body } = await ask('POST', '/proxies', JSON.stringify({ ...LINK, listen }));
    expect(body).to.include(`listen tcp ${listen}: bind: address already in use`);
  });

  const elsewhere: readonly (readonly [string, string, number, string])[] = [
    ['GET', '/', 404, '404 page not found\n'],
    ['GET', '/nope', 404, '404 page not found\n'],
    ['GET', '/metrics', 404, '404 page not found\n'],
    ['GET', '/proxies/', 404, '404 page not found\n'],
    ['GET', '/proxies/link/nope', 404, '404 page not found\n'],
    ['GET', '/proxies/link/nope/x', 404, '404 page not found\n'],
    ['GET', '/proxies/link/toxics/a/b', 404, '404 page not found\n'],
    ['GET', '/proxies/link/toxics/a%2Fb', 404, '404 page not found\n'],
    ['PUT', '/proxies', 405, ''],
    ['HEAD', '/proxies', 405, ''],
    ['GET', '/reset', 405, ''],
    ['DELETE', '/proxies/link/toxics', 405, ''],
    ['GET', '/proxies/%zz', 400, '400 Bad Request'],
    ['OPTIONS', '*', 404, '404 page not found\n'],
  ];
  for (const [method, path, status, body] of elsewhere) {
    it(`answers ${method} ${path} with ${status}`, async () => {
      await make();
      const reply = await ask(method, path);
      expect([reply.status, reply.body]).to.deep.equal([status, body]);
      expect(reply.headers['x-toxiproxy-request-id']).to.equal(undefined);
    });
  }

  it('sends on to the clean path', async () => {
    for (const path of ['//proxies?a', '/x/../proxies?a', '/./proxies?a']) {
      const { headers, status } = await ask('GET', path);
      expect([status, headers.location]).to.deep.equal([301, '/proxies?a']);
    }
  });

  it('finds names that are encoded', async () => {
    await make('a b');
    expect((await ask('GET', '/proxies/a%20b')).status).to.equal(200);
    await make('__proto__');
    expect((await ask('GET', '/proxies')).body).to.include('"__proto__":{"name"');
  });

  it('turns browsers away, on routes that there are', async () => {
    const browser = { 'User-Agent': 'Mozilla/5.0' };
    const { body, headers, status } = await ask('GET', '/proxies', undefined, browser);
    expect([status, body]).to.deep.equal([403, 'User agent not allowed\n']);
    expect(headers['content-type']).to.match(/^text\/plain/);
    expect((await ask('GET', '/nope', undefined, browser)).status).to.equal(404);
    const other = { 'User-Agent': 'mozilla/5.0' };
    expect((await ask('GET', '/proxies', undefined, other)).status).to.equal(200);
  });

  it('takes bodies of a MiB and no more', async () => {
    const most = JSON.stringify(LINK).padEnd(1_048_576);
    expect((await ask('POST', '/proxies', most)).status).to.equal(201);
    expect((await ask('POST', '/proxies', `${most} `)).status).to.equal(413);
  });

  it('survives whatever comes', async () => {
    await make();
    const hostile = [
      ...['[[[[', '{"__proto__":1}', '{"attributes":{"__proto__":1}}', '"\\ud800"', '\u0000'],
      ...['['.repeat(500_000), '{"type":"latency","attributes":{"latency":99999999999999999999}}'],
    ];
    for (const body of hostile) {
      for (const path of ['/proxies', '/populate', '/proxies/link/toxics']) {
        expect((await ask('POST', path, body)).status).to.be.within(200, 500);
      }
    }
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /proxies HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{');
    await once(server, 'request');
    socket.destroy();
    expect((await ask('GET', '/version')).status).to.equal(200);
  });
});
