import { expect } from 'chai';

import { EventLog, type EventLogOptions } from '../../src/adapters/event-log';
import type { LinkEvent } from '../../src/events';

const SECRET = 'planted-"9f8e7d';

describe('EventLog', () => {
  let lines: string[];

  beforeEach(() => (lines = []));

  function makeLog(options: Partial<EventLogOptions> = {}): EventLog {
    return new EventLog({
      wall: { wallTime: () => Date.UTC(2026, 10, 25) },
      format: 'json',
      level: 'info',
      write: (line) => lines.push(line),
      ...options,
    });
  }

  function logged(event: LinkEvent, options?: Partial<EventLogOptions>): string {
    makeLog(options).emit(event);
    return lines.join('');
  }

  const failed: LinkEvent = { type: 'link.failed', connection: 'c1', label: 'dns' };
  const listening: LinkEvent = { type: 'server.listening', port: 8765 };

  it('writes JSON, a line a fact, with the time and how bad it is', () => {
    const time = '2026-11-25T00:00:00.000Z';
    const line = logged(failed);
    expect(line).to.match(/^\{.*\}\n$/);
    expect(JSON.parse(line)).to.deep.equal({ level: 'warn', time, ...failed });
  });

  it('writes for a person, as type and fields', () => {
    const time = '2026-11-25T00:00:00.000Z';
    expect(logged(failed, { format: 'human' })).to.equal(
      `${time} WARN: link.failed connection=c1 label=dns\n`,
    );
  });

  it('has colours where they are wanted', () => {
    expect(logged(failed, { format: 'human', colors: true })).to.include('\u001b[');
  });

  for (const format of ['human', 'json'] as const) {
    it(`tells durable events alone, and rounds numbers, in ${format}`, () => {
      expect(logged({ type: 'heartbeat.sent', connection: 'c1' }, { format })).to.equal('');
      const late: LinkEvent = { type: 'heartbeat.late', connection: 'c1', lateMs: 1_000.123_456 };
      expect(logged(late, { format })).to.match(/lateMs"?[:=]1000\.123\D/);
    });
  }

  it('tells nothing below its level', () => {
    expect(logged(listening, { level: 'warn' })).to.equal('');
    expect(logged(failed, { level: 'warn' })).to.include('link.failed');
    lines = [];
    expect(logged(failed, { level: 'error' })).to.equal('');
  });

  describe('of the error that ends the program', () => {
    function told(format: 'human' | 'json', error: unknown): string {
      makeLog({ format, secrets: [SECRET] }).fatal(error);
      expect(lines).to.have.length(1);
      expect(lines[0]).to.match(/^[^\n]+\n$/);
      return lines[0] as string;
    }

    it('tells in a line what and where', () => {
      const line = told('json', new TypeError('of two\nlines'));
      const fields = JSON.parse(line) as Record<string, string>;
      expect(fields).to.include({ level: 'fatal', type: 'program.failed', error: 'TypeError' });
      expect(fields).to.include({ message: 'of two\nlines' });
      expect(fields['stack']).to.match(/^at .*event-log\.test\.ts:\d+:\d+.* < at /);
    });

    it('tells it to a person, in a line as well', () => {
      const line = told('human', new TypeError('of two\nlines'));
      expect(line).to.match(
        /FATAL: program\.failed error=TypeError message="of two\\nlines" stack=/,
      );
    });

    it('takes what is no error, and has no stack', () => {
      expect(told('json', 'just text')).to.include('just text');
      lines = [];
      expect(told('json', undefined)).to.include('undefined');
    });

    it('hides what is secret, though a library has put it into its message', () => {
      for (const format of ['human', 'json'] as const) {
        const line = told(format, new Error(`Failed to parse AccessKey \`${SECRET}\`.`));
        expect(line).to.include('[hidden]').and.not.include('9f8e7d');
        lines = [];
      }
    });
  });

  it('warns of what somebody has to look into, and not of an end of our own', () => {
    const levelOf = (event: LinkEvent): string => {
      lines = [];
      return (JSON.parse(logged(event)) as { level: string }).level;
    };
    const lost = { connection: 'c1', initiator: 'local', upMs: 1, sinceInboundMs: 1 } as const;
    expect(levelOf({ type: 'link.lost', label: 'reset', ...lost })).to.equal('warn');
    expect(levelOf({ type: 'link.lost', label: 'local_shutdown', ...lost })).to.equal('info');
    const chosen = { type: 'device.chosen', device: 'speaker', adapter: 'aplay' } as const;
    expect(levelOf({ ...chosen, why: 'nothing_works' })).to.equal('warn');
    expect(levelOf({ ...chosen, why: 'first_that_works' })).to.equal('info');
    expect(levelOf({ type: 'callback.threw', callback: 'onConnected' })).to.equal('error');
  });

  it('hides what a field of such a name would say', () => {
    const planted = { ...listening, token: 'abc', authorization: 'abc' } as LinkEvent;
    expect(JSON.parse(logged(planted))).to.include({
      token: '[hidden]',
      authorization: '[hidden]',
    });
  });
});
