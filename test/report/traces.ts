/** Recordings as traces are made from. */
import type { RecordedEvent } from '../../src/events';
import type { Compared } from '../../src/report/html/compared';
import { eventTable } from '../../src/report/html/event-table';
import { traceOf, type Trace } from '../../src/report/html/trace';

/** An event on the Pi; `event` says what is special about it. */
export function event(seq: number, atMs: number, event: Record<string, unknown>): RecordedEvent {
  const stamp = { seq, atMs, wallMs: 1_767_225_600_000 + atMs, host: 'pi', boot: 1, step: seq };
  return { ...stamp, ...event } as unknown as RecordedEvent;
}

/** A question, an answer, and a loss in the middle of it. */
export const RECORDING: readonly RecordedEvent[] = [
  event(1, 0, { host: 'world', wallMs: 0, type: 'run.started', scenario: 'sample', seed: 7 }),
  event(2, 0, { host: 'world', wallMs: 0, type: 'phase.changed', phase: 'safety' }),
  event(3, 0, { host: 'server', type: 'host.started', program: 'server' }),
  event(4, 0, { type: 'host.started', program: 'client', server: 'server' }),
  event(5, 0, state('client', 'idle', 'listening_for_hotword')),
  event(6, 5, { type: 'link.dialing', connection: 'c1', attempt: 0 }),
  event(7, 15, { host: 'server', type: 'link.accepted', connection: 's-1', device: 'default' }),
  event(8, 20, { ...state('link', 'connecting', 'connected') }),
  event(9, 1_000, { type: 'user.spoke', sound: 'hello', ms: 500 }),
  event(10, 1_400, { type: 'hotword.detected', online: true }),
  event(11, 1_400, { type: 'session.requested', session: 'a1', trigger: 'hotword' }),
  event(12, 1_400, message('control.sent', 'hotword_detected')),
  event(13, 1_405, { host: 'server', ...state('conversation', 'passive', 'active', 'default') }),
  event(14, 1_410, message('control.received', 'session_started')),
  event(15, 1_410, { type: 'session.started', session: 'a1', connection: 'c1' }),
  event(16, 1_410, state('client', 'listening_for_hotword', 'active_session')),
  event(17, 1_500, { type: 'audio.sent', connection: 'c1', session: 'a1', bytes: 3_200 }),
  event(18, 1_600, { type: 'audio.sent', connection: 'c1', session: 'a1', bytes: 3_200 }),
  event(19, 3_000, state('client', 'active_session', 'processing_response')),
  event(20, 3_000, { type: 'playback.started', session: 'a1', turn: 1 }),
  event(21, 3_000, { type: 'speaker.started' }),
  event(22, 4_000, fault('fault.began', { hosts: ['pi', 'server'] })),
  event(23, 4_000, fault('fault.ended', {})),
  event(24, 4_010, { type: 'link.lost', connection: 'c1', label: 'reset', initiator: 'network' }),
  event(25, 4_010, { ...state('link', 'connected', 'disconnected') }),
  event(26, 4_500, { type: 'speaker.silent', playedBytes: 48_000, how: 'stopped', sound: 'ab' }),
  event(27, 4_500, { type: 'playback.ended', session: 'a1', turn: 1, how: 'stopped' }),
  event(28, 4_500, { type: 'session.ended', session: 'a1', reason: 'link_lost' }),
  event(29, 4_500, state('client', 'processing_response', 'listening_for_hotword')),
  event(30, 10_000, { type: 'host.stopped', timers: 0, sockets: 0, dials: 0, devices: 0 }),
];

function state(
  machine: string,
  from: string,
  to: string,
  device?: string,
): Record<string, unknown> {
  const whose = device === undefined ? {} : { device };
  return { type: 'state.changed', machine, from, to, cause: 'test', ...whose };
}

function message(type: string, name: string): Record<string, unknown> {
  return { type, connection: 'c1', message: name, session: 'a1' };
}

function fault(type: string, rest: Record<string, unknown>): Record<string, unknown> {
  return { host: 'world', wallMs: 0, type, fault: 'reset', id: 1, ...rest };
}

/** A sound of one loudness, so many milliseconds long. */
export function tone(ms: number, level = 16_384): Buffer {
  const pcm = Buffer.alloc(ms * 32);
  for (let at = 0; at < pcm.length; at += 2) pcm.writeInt16LE(level, at);
  return pcm;
}

/** The trace of a recording in which the Pi's speaker was heard for 1.5 s. */
export function sampleTrace(lastEvents: readonly RecordedEvent[] = RECORDING): Trace {
  const heard = new Map([
    ['server', Buffer.alloc(0)],
    ['pi', tone(1_500)],
  ]);
  return traceOf({ events: lastEvents.length, lastEvents, heard }, () => tone(500));
}

/** A journal of the same, in which the loss has another cause. */
export function sampleCompared(): Compared {
  const other = RECORDING.map((each) =>
    each.type === 'link.lost' ? { ...each, label: 'fin' } : each,
  ) as readonly RecordedEvent[];
  const divergence = {
    ...{ atMs: 4_010, host: 'pi' },
    ...{ run: 'link.lost label=reset', other: 'link.lost label=fin' },
  };
  return { label: 'journal', events: eventTable(other), divergence };
}

/** An hour in which audio flows, and states change. */
export function manyEvents(count: number): readonly RecordedEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const atMs = index * 36;
    if (index % 50 === 0) {
      const [from, to] =
        index % 100 === 0 ? ['idle', 'active_session'] : ['active_session', 'idle'];
      return event(index + 1, atMs, { type: 'state.changed', machine: 'client', from, to });
    }
    const type = index % 2 === 0 ? 'audio.sent' : 'audio.received';
    return event(index + 1, atMs, {
      type,
      connection: 'c1',
      session: `a${index % 7}`,
      bytes: 3_200,
    });
  });
}
