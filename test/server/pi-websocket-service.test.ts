import { expect } from 'chai';

import { CONNECT_MS, ROUND_TRIP_MS } from './server-bench';
import { ServiceBench, Told } from './service-bench';

describe('PiWebsocketService', () => {
  describe('start', () => {
    it('may be called twice, and tells the port', async () => {
      const bench = await ServiceBench.started({ port: 0 });
      await bench.server.start();
      expect(bench.of('server.listening')).to.have.length(1);
      expect(bench.server.address?.port).to.equal(bench.of('server.listening')[0]?.port);
      await bench.over();
    });

    it('rejects where the port is taken, and can be shut down then', async () => {
      const bench = new ServiceBench();
      await bench.world.server.listen({ host: '::', port: 8765 }, () => undefined);
      const error = await bench.server.start().catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'EADDRINUSE');
      await bench.over();
    });

    it('rejects after a shutdown', async () => {
      const bench = new ServiceBench();
      await bench.over();
      const error = await bench.server.start().catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'ERR_SERVICE_STOPPED');
    });

    it('binds no port where the shutdown came in between', async () => {
      const bench = new ServiceBench();
      const starting = bench.server.start().catch((reason: unknown) => reason);
      await bench.over();
      expect(await starting).to.have.property('code', 'ERR_SERVICE_STOPPED');
      await bench.world.server.listen({ host: '::', port: 8765 }, () => undefined);
    });
  });

  describe('a second connection of a device', () => {
    it('is taken at once, and the first one gets 1013', async () => {
      const bench = await ServiceBench.started();
      const first = await bench.connect('kitchen');
      const second = await bench.connect('kitchen');
      await bench.run(ROUND_TRIP_MS);
      expect(first.end).to.equal('1013 New connection replacing this one.');
      expect(second.types).to.deep.equal(['welcome']);
      expect(bench.told.all).to.deep.equal([
        'connected kitchen',
        'disconnected kitchen replaced',
        'connected kitchen',
      ]);
      expect(bench.of('link.lost')[0]).to.include({ code: 1013, initiator: 'local' });
      await bench.over();
    });

    it('does not wait for a first one that is half-open', async () => {
      const bench = await ServiceBench.started();
      await bench.connect('kitchen');
      bench.silence();
      const second = await bench.connect('kitchen');
      expect(second.types).to.deep.equal(['welcome']);
      expect(bench.of('link.closed'), 'closed so far').to.deep.equal([]);
      await bench.run(2_000);
      expect(bench.of('link.closed')).to.have.length(1);
      await bench.over();
    });

    it('loses nothing by the late close of the first', async () => {
      const bench = await ServiceBench.started();
      const first = await bench.connect('kitchen');
      const second = bench.dial('kitchen');
      await bench.run(CONNECT_MS);
      // What was under way when the first one was replaced, and its late end.
      first.say({ type: 'session_end', session: 's1' });
      first.leave();
      await bench.run(5_000);
      second.say({ type: 'session_end', session: 's2' });
      await bench.run(ROUND_TRIP_MS);
      expect(bench.told.all.slice(3)).to.deep.equal(['session_end kitchen']);
      expect(bench.lost).to.deep.equal(['replaced']);
      // It is still known: a third connection has it to replace.
      await bench.connect('kitchen');
      expect(bench.of('link.replaced').map(({ connection }) => connection)).to.deep.equal(
        bench.told.connections.slice(0, 2).map(({ id }) => id),
      );
      await bench.over();
    });

    it('leaves other devices alone', async () => {
      const bench = await ServiceBench.started();
      const hall = await bench.connect('hall');
      await bench.connect('kitchen');
      await bench.connect('kitchen');
      await bench.run(5_000);
      expect(hall.isOpen).to.equal(true);
      expect(bench.told.all.filter((each) => each.includes('hall'))).to.deep.equal([
        'connected hall',
      ]);
      await bench.over();
    });

    it('of many leaves no more than one socket behind that takes its leave', async () => {
      const bench = await ServiceBench.started();
      for (let round = 0; round < 8; round++) {
        await bench.connect('kitchen');
        bench.silence();
      }
      expect(bench.holdings().sockets).to.equal(2);
      await bench.over();
    });
  });

  describe('the number of devices', () => {
    it('is limited: one too many gets 1013, and the others stay', async () => {
      const bench = await ServiceBench.started({ maxDevices: 2 });
      const inside = [await bench.connect('a'), await bench.connect('b')];
      const outside = bench.dial('c');
      await bench.run(CONNECT_MS + ROUND_TRIP_MS);
      expect(outside.end).to.equal('1013 No place for another device.');
      expect(outside.received).to.deep.equal([]);
      expect(inside.every(({ isOpen }) => isOpen)).to.equal(true);
      expect(bench.of('link.refused')).to.deep.equal([
        { type: 'link.refused', reason: 'no_place', device: 'c' },
      ]);
      await bench.over();
    });

    it('has a place again when a device leaves', async () => {
      const bench = await ServiceBench.started({ maxDevices: 1 });
      const first = await bench.connect('a');
      first.leave();
      await bench.run(ROUND_TRIP_MS);
      expect((await bench.connect('b')).types).to.deep.equal(['welcome']);
      await bench.over();
    });

    it('does not keep a device from coming back', async () => {
      const bench = await ServiceBench.started({ maxDevices: 1 });
      await bench.connect('a');
      bench.silence();
      expect((await bench.connect('a')).types).to.deep.equal(['welcome']);
      await bench.over();
    });

    it('lets nobody stay who was refused and does not go', async () => {
      const bench = await ServiceBench.started({ maxDevices: 1 });
      await bench.connect('a');
      const refused = await bench.upgraded('b');
      expect(refused.closeCode).to.equal(1013);
      await bench.run(10_000);
      expect(refused.isClosed).to.equal(true);
      expect(bench.holdings().sockets).to.equal(1);
      await bench.over();
    });
  });

  describe('a handler that throws', () => {
    it('is reported, and nobody is harmed', async () => {
      const told = new Told();
      const fail = (): never => {
        throw new Error('not ours');
      };
      const names = [
        'onClientConnected',
        'onControlMessage',
        'onAudioReceived',
        'onClientDisconnected',
      ] as const;
      for (const name of names) told[name] = fail;
      const bench = await ServiceBench.started({}, told);
      const kitchen = await bench.connect('kitchen');
      kitchen.say({ type: 'session_end' });
      kitchen.speak(Buffer.alloc(2));
      await bench.run(ROUND_TRIP_MS);
      kitchen.leave();
      await bench.run(ROUND_TRIP_MS);
      expect(bench.of('callback.threw').map(({ callback }) => callback)).to.deep.equal(names);
      expect((await bench.connect('kitchen')).types).to.deep.equal(['welcome']);
      await bench.over();
    });
  });

  describe('shutdown', () => {
    it('sends 1012 to every device, and breaks off upgrades', async () => {
      const bench = await ServiceBench.started();
      const devices = [await bench.connect('a'), await bench.connect('b')];
      const pending = bench.raw();
      pending.write('GET');
      await bench.run(CONNECT_MS);
      const { settled } = await bench.stopWithin(2 * ROUND_TRIP_MS);
      expect(settled).to.equal(true);
      for (const { end } of devices) expect(end).to.equal('1012 The server is stopping.');
      expect(pending.isClosed).to.equal(true);
      expect(bench.lost).to.deep.equal(['local_shutdown', 'local_shutdown']);
      await bench.over();
    });

    it('waits 2 s for a peer that does not answer, and for no longer', async () => {
      const bench = await ServiceBench.started();
      await bench.connect('a');
      bench.silence();
      expect((await bench.stopWithin(1_999)).settled).to.equal(false);
      expect((await bench.stopWithin(1)).settled).to.equal(true);
      await bench.over();
    });

    it('refuses who comes while it goes on', async () => {
      const bench = await ServiceBench.started();
      await bench.connect('a');
      bench.silence();
      const late = bench.dial('b');
      await bench.run(5);
      await bench.over();
      expect(late.types).to.deep.equal([]);
      expect(late.isOpen).to.equal(false);
    });

    it('may be called twice', async () => {
      const bench = await ServiceBench.started();
      expect(bench.server.shutdown()).to.equal(bench.server.shutdown());
      await bench.over();
    });
  });
});
