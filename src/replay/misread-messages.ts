import type { EventOf, RecordedEvent } from '../events';
import { goodbye, matched } from './align';
import type { Incident } from './derivation';
import { EndOfLink, IN_THE_TEXT } from './end-of-link';
import { wordsOf, type FieldLink } from './house';

/**
 * Messages that were sent and never read, although others that came after them were. TCP loses none
 * from its midst: they were changed on the way, and rejected.
 */
export class MisreadMessages extends EndOfLink {
  incidents(): Incident[] {
    const { ours, theirs } = wordsOf(this.house, this.link);
    if (this.link.accepted === undefined) return [];
    const { end, serverEnd } = this.link;
    return [
      ...this.misread('upstream', ours, theirs, serverEnd),
      ...this.misread('downstream', theirs, ours, end),
    ];
  }

  private misread(
    way: 'upstream' | 'downstream',
    from: readonly RecordedEvent[],
    to: readonly RecordedEvent[],
    end: FieldLink['end'],
  ): Incident[] {
    // What was not understood in the end had come later.
    const isLast = end?.label === 'protocol_error';
    const untilMs = isLast ? end.atMs - this.latencyMs - 1 : -Infinity;
    return unread(from, to, untilMs).map(({ atMs: fromMs, message }) => {
      const atMs = fromMs + this.latencyMs;
      const candidates = IN_THE_TEXT.map((every) => this.misspelt(way, every, atMs));
      return { what: `${this.link.id} ${message} was not understood`, fromMs, atMs, candidates };
    });
  }
}

function unread(
  from: readonly RecordedEvent[],
  to: readonly RecordedEvent[],
  untilMs: number,
): EventOf<'control.sent'>[] {
  const pairs = [...matched(from, to), ...goodbye(from, to)];
  const readMs = Math.max(untilMs, ...pairs.map(([sentMs]) => sentMs));
  const known = new Set(pairs.map(([sentMs, , what]) => `${sentMs} ${what}`));
  return from.filter(
    (sent): sent is EventOf<'control.sent'> =>
      sent.type === 'control.sent' &&
      sent.message !== 'welcome' &&
      sent.atMs <= readMs &&
      !known.has(`${sent.atMs} ${sent.message}`),
  );
}
