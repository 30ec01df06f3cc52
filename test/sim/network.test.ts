import type { Duplex } from 'node:stream';

import { expect } from 'chai';

import { socketsContract } from '../contract/sockets';
import { dial, listen, pairIn, PORT, World } from './two-hosts';

socketsContract('VirtualNic', async () => {
  const world = new World();
  const { network, client, server } = world;
  const open = (): number =>
    [client, server].reduce(
      (sum, nic) => sum + network.openSockets(nic) + network.dialsInFlight(nic),
      0,
    );
  return {
    client,
    server,
    serverHost: 'hub',
    tls: false,
    until: (condition) => world.until(condition),
    rest: () => world.runFor(5_000),
    open,
    close: () => world.until(() => open() === 0),
  };
});

describe('Network', () => {
  describe('a dial', () => {
    it('is connected after a round trip, and accepted half a trip later', async () => {
      const world = new World();
      const accepted: string[] = [];
      await world.server.listen({ host: '::', port: PORT }, ({ remoteAddress }) => {
        accepted.push(`${world.clock.now()} ${remoteAddress}`);
      });
      const client = dial(world);
      expect(world.network.dialsInFlight(world.client)).to.equal(1);
      await world.runTo(1000);
      expect(client.trace).to.deep.equal(['20 connect']);
      expect(accepted).to.deep.equal(['30 pi']);
      expect(world.network.dialsInFlight(world.client)).to.equal(0);
      expect(world.network.openSockets(world.client)).to.equal(1);
      expect(world.wire).to.deep.equal(['20 1 pi>hub opened']);
    });

    it('is refused after a round trip where no port is bound', async () => {
      const world = new World();
      const client = dial(world);
      await world.runTo(1000);
      expect(client.trace).to.deep.equal(['20 ECONNREFUSED', '20 close']);
    });

    it('fails where the name is unknown or the resolver is broken', async () => {
      const world = new World();
      const unknown = dial(world, 'nowhere');
      await world.runTo(10);
      expect(unknown.trace).to.deep.equal(['0 ENOTFOUND', '0 close']);
      const undo = world.network.failLookups('pi', 'EAI_AGAIN');
      const broken = dial(world);
      await world.runTo(20);
      undo();
      undo();
      const later = dial(world);
      await world.runTo(100);
      expect(broken.trace).to.deep.equal(['10 EAI_AGAIN', '10 close']);
      expect(later.trace[0]).to.equal('40 ECONNREFUSED');
    });

    it('fails with EHOSTUNREACH while a router says so', async () => {
      const world = new World();
      await listen(world);
      world.network.path('pi', 'hub').makeUnreachable();
      const client = dial(world);
      await world.runTo(1000);
      expect(client.trace).to.deep.equal(['20 EHOSTUNREACH', '20 close']);
    });

    it('sends SYN again after 1 to 5 and 7 s, and connects when the outage is over', async () => {
      const world = new World();
      await listen(world);
      const undo = world.network.path('pi', 'hub').cut();
      const client = dial(world);
      await world.runTo(5_500);
      undo();
      await world.runTo(20_000);
      expect(client.trace).to.deep.equal(['7020 connect']);
    });

    it('fails with ETIMEDOUT after 131 s where the host has no power', async () => {
      const world = new World();
      world.network.powerOff(world.server);
      const client = dial(world);
      await world.runTo(200_000);
      expect(client.trace).to.deep.equal(['131000 ETIMEDOUT', '131000 close']);
      expect(world.network.dialsInFlight(world.client)).to.equal(0);
    });
  });

  describe('data', () => {
    it('arrives in the order of sending when the path gets faster', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      const path = world.network.path('pi', 'hub');
      const undo = path.slow(90);
      client.stream.write('slow');
      await world.runTo(110);
      undo();
      path.latencyMs = 1;
      client.stream.write('fast');
      await world.runTo(1000);
      expect(server.trace).to.deep.equal(['200 data slow', '200 data fast']);
    });

    it('is one arrival for what was written at once, and a copy', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      const bytes = Buffer.from('bb');
      client.stream.cork();
      client.stream.write('a');
      client.stream.write(bytes);
      client.stream.uncork();
      bytes.fill('x');
      await world.runTo(1000);
      expect(server.trace).to.deep.equal(['110 data abb']);
    });

    it('stalls the writer at send buffer and receive buffer, and goes on by reading', async () => {
      const world = new World({ sendBufferBytes: 10_000, receiveBufferBytes: 20_000 });
      const { client, server } = await pairIn(world);
      server.stream.pause();
      let written = 0;
      for (let count = 0; count < 200; count++) {
        client.stream.write(Buffer.alloc(1_000), () => (written += 1));
      }
      await world.runTo(10_000);
      // There is room in the reader's stream and in both kernels, and no more.
      expect(written).to.be.lessThan(200);
      server.stream.resume();
      await world.runTo(20_000);
      expect(written).to.equal(200);
    });
  });

  describe('an outage', () => {
    it('holds data back until the retransmission after its end, in order', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      const undo = world.network.path('pi', 'hub').cut();
      client.stream.write('one');
      await world.runTo(300);
      client.stream.write('two');
      await world.runTo(1_000);
      undo();
      await world.runTo(5_000);
      // Lost at 100, so sent again at 300, 500, 900 and 1,700.
      expect(server.trace).to.deep.equal(['1710 data one', '1710 data two']);
      expect(client.trace).to.deep.equal([]);
    });

    it('loses what arrives during it, though it was sent before', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      client.stream.write('x');
      await world.runTo(105);
      const undo = world.network.path('pi', 'hub').cut();
      await world.runTo(200);
      undo();
      await world.runTo(1_000);
      expect(server.trace).to.deep.equal(['310 data x']);
    });

    it('lasts until the last of those that overlap is over', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      const path = world.network.path('pi', 'hub');
      const [first, second] = [path.cut(), path.cut()];
      client.stream.write('x');
      first();
      first();
      await world.runTo(650);
      expect(server.trace).to.deep.equal([]);
      second();
      await world.runTo(1_000);
      expect(server.trace).to.deep.equal(['910 data x']);
    });

    it('makes the sender give up after a probe and 15 retransmissions, 924.8 s', async () => {
      const world = new World();
      const { client } = await pairIn(world);
      world.network.path('pi', 'hub').cut();
      client.stream.write('x');
      await world.runTo(2_000_000);
      expect(client.trace).to.deep.equal(['924900 ETIMEDOUT', '924900 close']);
    });

    it('of the way back lets data through, and holds back acknowledgements', async () => {
      const world = new World({ sendBufferBytes: 10 });
      const { client, server } = await pairIn(world);
      const undo = world.network.path('hub', 'pi').cut();
      let writtenMs = 0;
      client.stream.write('0123456789', () => (writtenMs = world.clock.now()));
      await world.runTo(250);
      expect(server.trace).to.deep.equal(['110 data 0123456789']);
      expect(writtenMs).to.equal(0);
      undo();
      await world.runTo(1_000);
      // Sent again at 300, and acknowledged a round trip later; delivered once.
      expect(writtenMs).to.equal(320);
      expect(server.trace).to.have.length(1);
    });

    it('loses a RST for good', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      const undo = world.network.path('pi', 'hub').cut();
      (client.stream as Duplex & { resetAndDestroy(): void }).resetAndDestroy();
      await world.runTo(1_000);
      undo();
      await world.runTo(2_000_000);
      expect(server.trace).to.deep.equal([]);
    });

    it('delays a FIN as it delays data', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      const undo = world.network.path('pi', 'hub').cut();
      client.stream.destroy();
      await world.runTo(1_000);
      undo();
      await world.runTo(5_000);
      expect(server.trace).to.deep.equal(['1710 end']);
    });
  });

  describe('silence', () => {
    it('lasts for the flows it met, not for new ones or the other direction', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      world.network.path('pi', 'hub').silence();
      client.stream.write('lost');
      server.stream.write('heard');
      const next = dial(world);
      next.stream.write('new');
      await world.runTo(2_000_000);
      expect(client.trace[0]).to.equal('110 data heard');
      expect(client.trace.slice(1)).to.deep.equal(['924900 ETIMEDOUT', '924900 close']);
      expect(server.trace.some((line) => line.includes('data'))).to.equal(false);
      expect(world.wire).to.include('130 2 pi>hub 3');
    });
  });

  describe('a box on the way', () => {
    it('resets both ends at once', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      world.network.resetFlows('hub', 'pi');
      await world.runTo(1_000);
      expect(client.trace).to.deep.equal(['100 ECONNRESET', '100 close']);
      expect(server.trace).to.deep.equal(['100 ECONNRESET', '100 close']);
    });

    it('ends both directions at once, and answers later data with RST', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      world.network.closeFlows('pi', 'hub');
      await world.runTo(200);
      expect(client.trace).to.deep.equal(['100 end', '100 close']);
      expect(server.trace).to.deep.equal(['100 end']);
      server.stream.write('x');
      await world.runTo(300);
      server.stream.write('y');
      await world.runTo(400);
      expect(server.trace).to.deep.equal(['100 end', '300 EPIPE', '300 close']);
    });
  });

  describe('a host', () => {
    it('that is killed sends FIN, frees its port, and refuses', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      expect(world.network.boundPorts(world.server)).to.equal(1);
      world.network.kill(world.server);
      const next = dial(world);
      await world.runTo(1_000);
      expect(client.trace).to.deep.equal(['110 end', '110 close']);
      expect(server.trace).to.deep.equal([]);
      expect(next.trace).to.deep.equal(['120 ECONNREFUSED', '120 close']);
      expect(world.network.openSockets(world.server)).to.equal(0);
      expect(world.network.boundPorts(world.server)).to.equal(0);
    });

    it('that is killed sends RST where data waits unread', async () => {
      const world = new World();
      const { client } = await pairIn(world);
      world.paused.set('hub', []);
      client.stream.write('unread');
      await world.runTo(200);
      world.network.kill(world.server);
      await world.resume('hub');
      await world.runTo(1_000);
      expect(client.trace).to.deep.equal(['210 ECONNRESET', '210 close']);
    });

    it('that is paused acknowledges, and reads when it resumes', async () => {
      const world = new World({ sendBufferBytes: 1 });
      const { client, server } = await pairIn(world);
      world.paused.set('hub', []);
      let writtenMs = 0;
      client.stream.write('x', () => (writtenMs = world.clock.now()));
      await world.runTo(500);
      expect(writtenMs).to.equal(120);
      expect(server.trace).to.deep.equal([]);
      await world.resume('hub');
      expect(server.trace).to.deep.equal(['500 data x']);
    });

    it('without power is silent, and after its return answers old flows with RST', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      world.network.powerOff(world.server);
      client.stream.write('x');
      await world.runTo(1_000);
      expect(client.trace).to.deep.equal([]);
      world.server = world.boot('hub');
      await world.runTo(5_000);
      // Sent again at 1,700, and answered a round trip later.
      expect(client.trace).to.deep.equal(['1720 ECONNRESET', '1720 close']);
      expect(server.trace).to.deep.equal([]);
    });

    it('that is revoked puts nothing on the wire any more', async () => {
      const world = new World();
      const { client, server } = await pairIn(world);
      world.network.kill(world.server);
      world.server = world.boot('hub');
      const sent = world.wire.length;
      server.stream.write('ghost');
      server.stream.destroy();
      await world.runTo(1_000);
      expect(world.wire.slice(sent).filter((line) => line.includes('hub>pi'))).to.deep.equal([
        '110 1 hub>pi fin',
      ]);
      expect(client.trace).to.deep.equal(['110 end', '110 close']);
    });
  });

  it('has the idle timeout of a socket in virtual time', async () => {
    const world = new World();
    const { client } = await pairIn(world);
    const fired: number[] = [];
    const stream = client.stream as Duplex & { setTimeout(ms: number): void };
    stream.on('timeout', () => fired.push(world.clock.now()));
    stream.setTimeout(500);
    await world.runTo(400);
    client.stream.write('x');
    await world.runTo(2_000);
    expect(fired).to.deep.equal([900]);
  });

  it('gives the same trace in each run', async () => {
    const traces = await Promise.all([1, 2].map(() => stormyRun()));
    expect(traces[0]).to.deep.equal(traces[1]);
    expect(traces[0]).to.have.length.greaterThan(20);
  });
});

async function stormyRun(): Promise<string[]> {
  const world = new World();
  const { client, server } = await pairIn(world);
  server.stream.on('data', (bytes: Buffer) => server.stream.write(bytes));
  for (let round = 0; round < 20; round++) {
    const undo = world.network.path(...(['pi', 'hub'] as const)).cut();
    client.stream.write(`round ${round}`);
    await world.runFor(137 * round);
    undo();
    await world.runFor(250);
  }
  await world.runFor(60_000);
  return [...world.wire, ...client.trace, ...server.trace];
}
