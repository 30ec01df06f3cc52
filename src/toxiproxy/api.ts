/**
 * Toxiproxy's HTTP API, so that its clients can drive ours. Routes, statuses and texts are those of
 * `api.go`; `docs/faults.md` lists what is left out.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

import { populateBody, proxyBody, proxyChangeBody, toxicBody, toxicChangeBody } from './api-bodies';
import { PopulateError, TOXIPROXY_VERSION, type Toxiproxy } from './toxiproxy';
import { ToxiproxyError } from './toxiproxy-error';

/** A body may have this many bytes: thousands of proxies. */
const LARGEST_BODY_BYTES = 1_048_576;

/** A request as its route sees it. */
interface Call {
  readonly toxiproxy: Toxiproxy;
  readonly proxy: string;
  readonly toxic: string;
  /** Empty for a method that has none. */
  readonly body: string;
}

interface Answer {
  readonly status: number;
  /** Sent as JSON; undefined for an empty body. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of JSON. */
  readonly text?: string;
}

type Handler = (call: Call) => Answer | Promise<Answer>;
type Methods = Readonly<Partial<Record<string, Handler>>>;

/** A route that is not there. */
const NOT_FOUND: Answer = { status: 404, text: '404 page not found\n' };
const NOT_ALLOWED: Answer = { status: 405 };
/** A page in a browser could otherwise drive the proxy of whoever looks at it. */
const NO_BROWSERS: Answer = { status: 403, text: 'User agent not allowed\n' };
const TOO_LARGE: Answer = {
  status: 413,
  json: { error: 'request body too large', status: 413 },
  headers: { Connection: 'close' },
};

/** By path, with the names of proxy and toxic taken out. */
const ROUTES: Readonly<Record<string, Methods>> = {
  '/version': { GET: getVersion },
  '/reset': { POST: reset },
  '/populate': { POST: populate },
  '/proxies': { GET: listProxies, POST: createProxy },
  '/proxies/:proxy': {
    ...{ GET: getProxy, DELETE: deleteProxy },
    ...{ POST: updateProxy, PATCH: updateProxy },
  },
  '/proxies/:proxy/toxics': { GET: listToxics, POST: addToxic },
  '/proxies/:proxy/toxics/:toxic': {
    ...{ GET: getToxic, DELETE: removeToxic },
    ...{ POST: updateToxic, PATCH: updateToxic },
  },
};

/** Answers the requests of a `node:http` server. It never throws, whatever a request has in it. */
export function makeApi(toxiproxy: Toxiproxy): RequestListener {
  let requests = 0;
  return (request, response) => {
    requests += 1;
    const id = requests.toString(36).padStart(20, '0');
    answer(toxiproxy, request, response, id).then(
      (given) => send(response, given),
      // Whoever went away in the middle of a body hears no answer.
      () => response.destroy(),
    );
  };
}

/** @throws whatever the request's stream fails with. */
async function answer(
  toxiproxy: Toxiproxy,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
): Promise<Answer> {
  const target = pathOf(request);
  if (typeof target !== 'string') return target;
  const [, , proxy = '', , toxic = ''] = target.split('/');
  const route = ROUTES[patternOf(target)];
  if (route === undefined) return NOT_FOUND;
  const handler = route[request.method ?? ''];
  if (handler === undefined) return NOT_ALLOWED;
  response.setHeader('X-Toxiproxy-Request-Id', id);
  if (request.headers['user-agent']?.startsWith('Mozilla/')) return NO_BROWSERS;
  const body = await read(request);
  if (body === undefined) return TOO_LARGE;
  try {
    return await handler({ toxiproxy, proxy, toxic, body });
  } catch (error) {
    return failed(error);
  }
}

/** The decoded path, or where else to look, or that it is none. */
function pathOf({ url = '/' }: IncomingMessage): string | Answer {
  const [encoded = '', query] = url.replace(/^https?:\/\/[^/?]*/, '').split(/\?(.*)/s);
  let path: string;
  try {
    path = decodeURIComponent(encoded === '' ? '/' : encoded);
  } catch {
    return { status: 400, text: '400 Bad Request', headers: { Connection: 'close' } };
  }
  const clean = cleanPath(path);
  if (clean === path || !path.startsWith('/')) return path;
  const Location = encodeURI(clean) + (query === undefined ? '' : `?${query}`);
  return { status: 301, headers: { Location } };
}

/** Without empty, `.` and `..` parts, as the router of the original wants it. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const isFolder = path.endsWith('/') && parts.length > 0;
  return `/${parts.join('/')}${isFolder ? '/' : ''}`;
}

function patternOf(path: string): string {
  return path.replace(
    /^\/proxies\/[^/]+(\/[^/]+)?(\/[^/]+)?$/,
    (_, toxics: string | undefined, toxic: string | undefined) =>
      `/proxies/:proxy${toxics ?? ''}${toxic === undefined ? '' : '/:toxic'}`,
  );
}

/** The body, or undefined where it is too large. Rejects where the client goes away meanwhile. */
function read(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LARGEST_BODY_BYTES) resolve(undefined);
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString()));
    request.once('error', reject);
    request.once('close', () => reject(new Error('closed')));
  });
}

function failed(error: unknown): Answer {
  const { message } = error as Error;
  const status = error instanceof ToxiproxyError ? error.status : 500;
  const proxies = error instanceof PopulateError ? { proxies: error.proxies } : {};
  return { status, json: { ...proxies, error: message, status } };
}

function send(response: ServerResponse, { status, json, headers, text }: Answer): void {
  const body = text ?? (json === undefined ? '' : `${JSON.stringify(json)}\n`);
  // The date would be ambient time.
  response.sendDate = false;
  const type = text === undefined ? 'application/json' : 'text/plain; charset=utf-8';
  response.writeHead(status, {
    ...(body === '' ? {} : { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' }),
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
    ...headers,
  });
  response.end(body);
}

function getVersion(): Answer {
  return {
    status: 200,
    json: { version: TOXIPROXY_VERSION },
    headers: { 'Content-Type': 'application/json;charset=utf-8' },
  };
}

async function reset({ toxiproxy }: Call): Promise<Answer> {
  await toxiproxy.reset();
  return { status: 204 };
}

async function populate({ toxiproxy, body }: Call): Promise<Answer> {
  return { status: 201, json: { proxies: await toxiproxy.populate(populateBody(body)) } };
}

function listProxies({ toxiproxy }: Call): Answer {
  const entries = toxiproxy.list().map((proxy) => [proxy.name, proxy] as const);
  return { status: 200, json: Object.fromEntries(entries) };
}

async function createProxy({ toxiproxy, body }: Call): Promise<Answer> {
  return { status: 201, json: await toxiproxy.create(proxyBody(body)) };
}

function getProxy({ toxiproxy, proxy }: Call): Answer {
  return { status: 200, json: toxiproxy.get(proxy) };
}

async function updateProxy({ toxiproxy, proxy, body }: Call): Promise<Answer> {
  // That there is no such proxy goes before whatever is wrong with the body.
  toxiproxy.get(proxy);
  return { status: 200, json: await toxiproxy.update(proxy, proxyChangeBody(body)) };
}

async function deleteProxy({ toxiproxy, proxy }: Call): Promise<Answer> {
  await toxiproxy.delete(proxy);
  return { status: 204 };
}

function listToxics({ toxiproxy, proxy }: Call): Answer {
  return { status: 200, json: toxiproxy.listToxics(proxy) };
}

function addToxic({ toxiproxy, proxy, body }: Call): Answer {
  toxiproxy.get(proxy);
  return { status: 200, json: toxiproxy.addToxic(proxy, toxicBody(body)) };
}

function getToxic({ toxiproxy, proxy, toxic }: Call): Answer {
  return { status: 200, json: toxiproxy.getToxic(proxy, toxic) };
}

function updateToxic({ toxiproxy, proxy, toxic, body }: Call): Answer {
  toxiproxy.getToxic(proxy, toxic);
  return { status: 200, json: toxiproxy.updateToxic(proxy, toxic, toxicChangeBody(body)) };
}

function removeToxic({ toxiproxy, proxy, toxic }: Call): Answer {
  toxiproxy.removeToxic(proxy, toxic);
  return { status: 204 };
}
