import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { expect } from 'chai';

import type { EngineSession } from '../../../src/ports';
import { silence, tone } from '../../server/tone';
import { EngineEar } from './engine-ear';
import { until } from './fake-gemini';
import { HttpEngine } from './http-engine';

const QUESTION = Buffer.concat([silence(300), tone(600), silence(900)]);

describe('the engine of docs/engines.md', () => {
  const ear = new EngineEar();
  let server: Server;
  let session: EngineSession;

  async function serve(listener: RequestListener): Promise<void> {
    ear.called.length = 0;
    ear.turns.length = 0;
    server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    session = await new HttpEngine(`http://127.0.0.1:${port}`).open(ear);
  }

  afterEach(async () => {
    await session.close();
    await session.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is the code that the document has', () => {
    const here = (...names: string[]): string =>
      readFileSync(path.join(__dirname, ...names), 'utf8');
    const blocks = [...here('../../../docs/engines.md').matchAll(/```ts\n([^]*?)```/g)];
    expect(blocks.map(([, code]) => code)).to.include(here('http-engine.ts'));
    expect(here('http-engine.ts').split('\n').length).to.be.at.most(51);
    return serve(() => undefined);
  });

  it('says what the service answers to what it heard', async () => {
    await serve((request, response) => void request.pipe(response));
    session.hear(QUESTION);
    await until('it answers', () => ear.turns.length === 1);
    expect(ear.called).to.deep.equal(['speech', 'utterance', 'turn']);
    const answer = await ear.sound();
    expect(answer.length).to.be.above(0);
    expect(QUESTION.includes(answer)).to.equal(true);
  });

  it('fails with a label where the service does', async () => {
    await serve((_request, response) => void response.writeHead(503).end());
    session.hear(QUESTION);
    await until('it fails', () => ear.failures.length > 0);
    expect(ear.failures).to.deep.equal(['http_failed']);
  });

  it('lets go of the service when it is closed', async () => {
    let state = 'nobody asks';
    await serve((_request, response) => {
      state = 'asked';
      response.on('close', () => {
        state = 'gone';
      });
    });
    session.hear(QUESTION);
    await until('it asks', () => state === 'asked');
    await session.close();
    await until('it is gone', () => state === 'gone');
    expect(ear.failures).to.deep.equal([]);
  });
});
