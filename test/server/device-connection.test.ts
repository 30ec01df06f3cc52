import { expect } from 'chai';

import type { LossLabel } from '../../src/events';
import { frame, OPCODE, ROUND_TRIP_MS, type RawVisitor } from './server-bench';
import { ServiceBench } from './service-bench';

describe('DeviceConnection', () => {
  describe('what is wrong with a message', () => {
    for (const [what, text, problem] of [
      ['text that is no JSON', '{"type":', 'malformed_json'],
      ['an empty text', '', 'malformed_json'],
      ['an array', '[]', 'not_an_object'],
      ['null', 'null', 'not_an_object'],
      ['a string', '"x"', 'not_an_object'],
      ['a number that is too large', '1e999', 'not_an_object'],
      ['an object without a type', '{}', 'unknown_type'],
      ['a type of another kind', '{"type":{}}', 'unknown_type'],
      ['an unknown type', '{"type":"dance"}', 'unknown_type'],
      ['a message of the other direction', '{"type":"welcome"}', 'unknown_type'],
      ['a type that every object has', '{"type":"constructor"}', 'unknown_type'],
      ['the prototype as a type', '{"type":"__proto__"}', 'unknown_type'],
      ['a type in the prototype', '{"__proto__":{"type":"session_end"}}', 'unknown_type'],
      ['a field of another kind', '{"type":"session_end","session":7}', 'bad_field'],
      ['a number without a bound', '{"type":"playback_complete","turn":1e999}', 'bad_field'],
    ] as const) {
      it(`is counted and harms nobody: ${what}`, async () => {
        const bench = await ServiceBench.started();
        const hall = await bench.connect('hall');
        const kitchen = await bench.connect('kitchen');
        kitchen.say(text);
        kitchen.say({ type: 'hotword_detected', session: 's1' });
        hall.say({ type: 'hotword_detected', session: 's2' });
        await bench.run(ROUND_TRIP_MS);
        expect(bench.rejected).to.deep.equal([problem]);
        const told = bench.told.all.slice(2).sort();
        expect(told).to.deep.equal(['hotword_detected hall', 'hotword_detected kitchen']);
        await bench.over();
      });
    }

    it('is not that it has fields which nobody knows, whatever they are called', async () => {
      const bench = await ServiceBench.started();
      const visitor = await bench.connect('kitchen');
      visitor.say('{"type":"session_end","session":"s1","__proto__":{"x":1},"mood":1e999}');
      await bench.run(ROUND_TRIP_MS);
      expect(bench.rejected).to.deep.equal([]);
      expect(bench.told.all).to.include('session_end kitchen');
      expect({}).to.not.have.property('x');
      await bench.over();
    });

    it('is counted where audio ends in half a sample', async () => {
      const bench = await ServiceBench.started();
      const visitor = await bench.connect('kitchen');
      visitor.speak(Buffer.alloc(3));
      visitor.speak(Buffer.alloc(2));
      await bench.run(ROUND_TRIP_MS);
      expect(bench.rejected).to.deep.equal(['odd_length']);
      expect(bench.told.all.slice(1)).to.deep.equal(['audio kitchen 2']);
      await bench.over();
    });
  });

  describe('a frame that breaks the protocol ends its connection alone', () => {
    const hostile: readonly (readonly [string, Buffer, number, LossLabel])[] = [
      ['bad UTF-8', frame(OPCODE.text, Buffer.from([0xc3, 0x28])), 1007, 'protocol_error'],
      ['one that is too long', frame(OPCODE.text, Buffer.alloc(65_537)), 1009, 'overload'],
      ['2 MiB', frame(OPCODE.binary, Buffer.alloc(2 << 20)), 1009, 'overload'],
      ['no mask', frame(OPCODE.text, '{}', { isMasked: false }), 1002, 'protocol_error'],
      ['a reserved bit', frame(OPCODE.text, '{}', { flags: 0xc0 }), 1002, 'protocol_error'],
      ['a reserved opcode', frame(0x3, ''), 1002, 'protocol_error'],
      ['a ping in parts', frame(OPCODE.ping, '', { flags: 0 }), 1002, 'protocol_error'],
      ['a ping that is too long', frame(OPCODE.ping, 'a'.repeat(126)), 1002, 'protocol_error'],
      ['a part of nothing', frame(OPCODE.continuation, ''), 1002, 'protocol_error'],
      ['a close code of nobody', closeFrame(1005), 1002, 'protocol_error'],
      ['a close frame of one byte', frame(OPCODE.close, 'x'), 1002, 'protocol_error'],
    ];
    for (const [what, bytes, code, label] of hostile) {
      it(`${what}: ${code}`, async () => {
        const bench = await ServiceBench.started();
        const hall = await bench.connect('hall');
        const kitchen = await bench.upgraded('kitchen');
        kitchen.write(bytes);
        await bench.run(ROUND_TRIP_MS + 100);
        expect(kitchen.closeCode).to.equal(code);
        expect(bench.of('link.lost')[0]).to.include({ device: 'kitchen', label, code });
        expect(bench.lost).to.have.length(1);
        await bench.run(2_000);
        expect(bench.holdings().sockets, 'the other one is left').to.equal(1);
        expect(hall.isOpen).to.equal(true);
        await bench.over();
      });
    }

    it('messages in too many parts', async () => {
      const bench = await ServiceBench.started();
      const kitchen = await bench.upgraded('kitchen');
      kitchen.write(frame(OPCODE.binary, 'ab', { flags: 0 }));
      const part = frame(OPCODE.continuation, 'ab', { flags: 0 });
      kitchen.write(Buffer.concat(Array.from({ length: 40_000 }, () => part)));
      await bench.run(5_000);
      expect(bench.lost).to.have.length(1);
      expect(bench.holdings().sockets).to.equal(0);
      await bench.over();
    });
  });

  describe('too much', () => {
    it('that is not understood is closed with 1008', async () => {
      const bench = await ServiceBench.started();
      const hall = await bench.connect('hall');
      const kitchen = await bench.connect('kitchen');
      for (let n = 0; n < 10_000; n++) kitchen.say('[]');
      await bench.run(1_000);
      expect(kitchen.end).to.match(/^1008 /);
      expect(bench.lost).to.deep.equal(['policy']);
      // One more than may be wrong, and none is even looked at after the connection was lost.
      expect(bench.rejected).to.have.length(101);
      expect(hall.isOpen).to.equal(true);
      await bench.over();
    });

    it('is not a mistake a minute, for as long as the link lives', async () => {
      const bench = await ServiceBench.started();
      const kitchen = await bench.connect('kitchen');
      for (let minute = 0; minute < 300; minute++) {
        kitchen.say('[]');
        await bench.run(60_000);
      }
      expect(bench.rejected).to.have.length(300);
      expect(kitchen.isOpen).to.equal(true);
      await bench.over();
    });

    it('that a peer asks for without reading the answers cuts it off', async () => {
      const bench = await ServiceBench.started();
      const kitchen = await bench.upgraded('kitchen');
      kitchen.stream.pause();
      const ping = frame(OPCODE.ping, Buffer.alloc(125));
      kitchen.write(Buffer.concat(Array.from({ length: 30_000 }, () => ping)));
      await bench.run(10_000);
      expect(bench.lost).to.deep.equal(['overload']);
      expect(bench.holdings().sockets).to.equal(0);
      await bench.over();
    });

    it('that waits to be sent ends the connection', async () => {
      const bench = await ServiceBench.started({ maxSendBufferBytes: 10_000 });
      const kitchen = await bench.upgraded('kitchen');
      kitchen.stream.pause();
      const [connection] = bench.told.connections;
      for (let n = 0; n < 20_000 && bench.lost.length === 0; n++) {
        connection?.send({ type: 'session_end', session: 's1', reason: 'r'.repeat(200) });
        await bench.run(1);
      }
      expect(bench.lost).to.deep.equal(['overload']);
      expect(bench.holdings().sockets).to.equal(0);
      await bench.over();
    });
  });

  describe('a heartbeat', () => {
    it('goes out 30 s after connecting and every 30 s, and is answered', async () => {
      const bench = await ServiceBench.started();
      await bench.connect('kitchen');
      await bench.run(100_000);
      expect(bench.of('heartbeat.sent')).to.have.length(3);
      expect(bench.of('heartbeat.pong').map(({ rttMs }) => rttMs)).to.deep.equal([20, 20, 20]);
      await bench.over();
    });

    it('finds a peer that is gone within 40 s, and cuts it', async () => {
      const bench = await ServiceBench.started();
      await bench.connect('kitchen');
      bench.silence();
      await bench.run(40_000);
      expect(bench.told.all).to.deep.equal([
        'connected kitchen',
        'disconnected kitchen heartbeat_timeout',
      ]);
      expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
      await bench.over();
    });

    it('takes anything that comes in for life, a pong without a ping too', async () => {
      const bench = await ServiceBench.started();
      const kitchen = await bench.upgraded('kitchen');
      const UNASKED_PONG = frame(0xa, '');
      for (let second = 0; second < 200; second += 5) {
        // It never answers a ping.
        kitchen.write(UNASKED_PONG);
        await bench.run(5_000);
      }
      expect(bench.lost).to.deep.equal([]);
      expect(bench.of('heartbeat.sent').length).to.be.greaterThan(5);
      await bench.over();
    });
  });

  describe('a flood', () => {
    const sound = frame(OPCODE.binary, Buffer.alloc(3_200));
    const hotword = '{"type":"hotword_detected","session":"s1"}';

    it('is not what catches up after a stall of half a minute', async () => {
      const bench = await ServiceBench.started();
      const kitchen = await bench.upgraded('kitchen');
      for (let piece = 0; piece < 300; piece += 1) kitchen.write(sound);
      await bench.run(100);
      for (let piece = 0; piece < 300; piece += 1) kitchen.write(sound);
      await bench.run(100);
      expect(bench.told.all.filter((line) => line === 'audio kitchen 3200')).to.have.length(600);
      expect(bench.lost).to.deep.equal([]);
      await bench.over();
    });

    for (const [what, flood] of [
      ['messages', frame(OPCODE.text, hotword)],
      ['pings', frame(OPCODE.ping, '')],
      ['pongs', frame(OPCODE.pong, '')],
      ['sound', sound],
      ['parts of a message', frame(OPCODE.binary, '', { flags: 0 })],
      ['a frame that has no end', Buffer.alloc(3_200, 1)],
    ] as const) {
      it(`of ${what} ends the connection, and disturbs nobody else`, async () => {
        const bench = await ServiceBench.started();
        const hall = await bench.connect('hall');
        const kitchen = await bench.upgraded('kitchen');
        if (what === 'a frame that has no end') kitchen.write(Buffer.from([0x82, 0xff, 0, 0]));
        for (let ms = 0; ms < 3_000 && bench.lost.length === 0; ms += 1) {
          kitchen.write(flood);
          await bench.run(1);
        }
        expect(bench.lost).to.have.length(1);
        expect(bench.told.all.filter((line) => line.endsWith(' hall'))).to.deep.equal([
          'connected hall',
        ]);
        hall.say({ type: 'session_end', session: 's1' });
        await bench.run(2_100);
        expect(bench.told.all).to.include('session_end hall');
        expect(bench.holdings().sockets).to.equal(1);
        await bench.over();
      });
    }

    it('is refused with 1008, and what is still under way is not read', async () => {
      const bench = await ServiceBench.started({ messageBurst: 10, messagesPerSecond: 1 });
      const kitchen = await bench.upgraded('kitchen');
      for (let count = 0; count < 11; count += 1) kitchen.write(frame(OPCODE.text, hotword));
      await bench.run(ROUND_TRIP_MS);
      expect(bench.of('link.lost')[0]).to.include({ label: 'policy', code: 1008 });
      expect(kitchen.closeCode).to.equal(1008);
      const { length } = bench.told.all;
      for (let count = 0; count < 50; count += 1) kitchen.write(Buffer.alloc(65_536));
      await bench.run(1_900);
      // More than a stream and a kernel keep for a reader that does not read.
      expect(kitchen.stream.writableLength).to.be.greaterThan(2_000_000);
      expect(bench.told.all).to.have.length(length);
      await bench.run(200);
      expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
      await bench.over();
    });

    it('after the goodbye cuts the connection at once', async () => {
      const bench = await ServiceBench.started({ maxRejectedInputs: 1, messageBurst: 10 });
      const kitchen = await bench.upgraded('kitchen');
      for (let count = 0; count < 20; count += 1) kitchen.write(frame(OPCODE.text, '[]'));
      await bench.run(ROUND_TRIP_MS);
      expect(bench.lost).to.deep.equal(['policy']);
      expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
      await bench.over();
    });

    it('is forgotten in time', async () => {
      const bench = await ServiceBench.started({ messageBurst: 10, messagesPerSecond: 5 });
      const kitchen = await bench.upgraded('kitchen');
      for (let second = 0; second < 60; second += 1) {
        for (let count = 0; count < 5; count += 1) kitchen.write(frame(OPCODE.text, hotword));
        await bench.run(1_000);
      }
      expect(bench.lost).to.deep.equal([]);
      await bench.over();
    });
  });

  describe('the end of a connection', () => {
    it('is its close frame, though the peer keeps the stream open', async () => {
      const bench = await ServiceBench.started();
      const kitchen = await bench.upgraded('kitchen');
      kitchen.stream.on('end', () => undefined);
      kitchen.write(closeFrame(1000));
      await bench.run(ROUND_TRIP_MS / 2);
      expect(bench.lost).to.deep.equal(['peer_close']);
      expect(bench.told.all).to.deep.equal([
        'connected kitchen',
        'disconnected kitchen peer_close',
      ]);
      await bench.run(2_000);
      expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
      await bench.over();
    });

    const ways: readonly (readonly [string, (visitor: RawVisitor) => void, object])[] = [
      [
        'close frame 1000',
        (visitor) => visitor.write(closeFrame(1000)),
        { label: 'peer_close', initiator: 'remote', code: 1000 },
      ],
      [
        'close frame 1001',
        (visitor) => visitor.write(closeFrame(1001)),
        { label: 'peer_restart', initiator: 'remote', code: 1001 },
      ],
      [
        'close frame without a code',
        (visitor) => visitor.write(frame(OPCODE.close, '')),
        { label: 'peer_close', initiator: 'remote' },
      ],
      ['FIN', (visitor) => visitor.stream.end(), { label: 'fin', initiator: 'network' }],
      [
        'FIN in the middle of a frame',
        (visitor) => visitor.stream.end(frame(OPCODE.text, 'abc').subarray(0, 4)),
        { label: 'fin', initiator: 'network' },
      ],
      [
        'RST',
        ({ stream }) => (stream as unknown as { resetAndDestroy(): void }).resetAndDestroy(),
        { label: 'reset', initiator: 'network' },
      ],
    ];
    for (const [what, end, loss] of ways) {
      it(`by ${what} is told once, with its cause`, async () => {
        const bench = await ServiceBench.started();
        const kitchen = await bench.upgraded('kitchen');
        end(kitchen);
        await bench.run(3_000);
        expect(bench.of('link.lost')).to.have.length(1);
        expect(bench.of('link.lost')[0]).to.include(loss);
        expect(bench.of('link.closed')).to.have.length(1);
        expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
        await bench.over();
      });
    }
  });
});

function closeFrame(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return frame(OPCODE.close, payload);
}
