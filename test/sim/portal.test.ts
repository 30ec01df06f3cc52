import { expect } from 'chai';

import { dial, pairIn, World } from './two-hosts';

const PAGE = 'http://portal.example/login';
const REQUEST = 'GET / HTTP/1.1\r\nHost: hub\r\n\r\n';

describe('a box that takes dials', () => {
  it('answers a whole request with its status, and hangs up', async () => {
    for (const status of [200, 302, 401, 503] as const) {
      const world = new World();
      world.network.answerDials('pi', 'hub', status, PAGE);
      const client = dial(world);
      client.stream.write(REQUEST.slice(0, 20));
      await world.runTo(100);
      expect(client.trace, `${status}`).to.deep.equal(['20 connect']);
      client.stream.write(REQUEST.slice(20));
      await world.runTo(1_000);
      const [, answer = '', ...rest] = client.trace;
      expect(answer).to.match(new RegExp(`^120 data HTTP/1.1 ${status} `));
      expect(answer.includes(`Location: ${PAGE}`), `${status}`).to.equal(status === 302);
      expect(rest).to.deep.equal(['120 end', '120 close']);
    }
  });

  it('is told from the host by its name, and stands where none has power', async () => {
    const world = new World();
    world.network.powerOff(world.server);
    world.network.answerDials('pi', 'hub', 503, PAGE);
    const client = dial(world);
    client.stream.write(REQUEST);
    await world.runTo(1_000);
    expect(client.trace.at(-1)).to.equal('40 close');
    expect(world.wire[0]).to.equal('20 1 pi>portal@hub opened');
  });

  it('leaves alone what is connected, and is gone when it is undone', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    const undo = world.network.answerDials('pi', 'hub', 503, PAGE);
    client.stream.write('x');
    await world.runTo(200);
    undo();
    undo();
    const next = dial(world);
    await world.runTo(1_000);
    expect(server.trace).to.deep.equal(['110 data x']);
    expect(next.trace).to.deep.equal(['220 connect']);
    expect(world.wire).to.include('220 2 pi>hub opened');
  });

  it('of several is the latest, and then the one before', async () => {
    const world = new World();
    const answers: string[] = [];
    const ask = async (): Promise<void> => {
      const client = dial(world);
      client.stream.write(REQUEST);
      await world.runFor(500);
      answers.push(/HTTP\/1.1 (\d+)/.exec(client.trace.join())?.[1] ?? 'none');
    };
    const first = world.network.answerDials('pi', 'hub', 302, PAGE);
    const second = world.network.answerDials('pi', 'hub', 200, PAGE);
    await ask();
    second();
    await ask();
    first();
    await ask();
    expect(answers).to.deep.equal(['200', '302', 'none']);
  });

  it('is as far away as the host, and can be cut off like it', async () => {
    const world = new World();
    world.network.answerDials('pi', 'hub', 503, PAGE);
    const undo = world.network.path('pi', 'hub').cut();
    const client = dial(world);
    await world.runTo(500);
    undo();
    await world.runTo(2_000);
    expect(client.trace).to.deep.equal(['1020 connect']);
  });

  it('resets with the rest of the way', async () => {
    const world = new World();
    world.network.answerDials('pi', 'hub', 503, PAGE);
    const client = dial(world);
    await world.runTo(100);
    world.network.resetFlows('pi', 'hub');
    await world.runTo(1_000);
    expect(client.trace).to.deep.equal(['20 connect', '100 ECONNRESET', '100 close']);
  });
});
