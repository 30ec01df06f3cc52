import type { EventOf, RecordedEvent } from '../events';
import type { FaultInput } from '../sim/network-faults';
import { goodbye, matched } from './align';
import { lasting, type Candidate, type Incident, type StoryTime } from './derivation';
import { between, one } from './end-of-link';
import { wordsOf, type FieldLink, type House } from './house';

/** Bytes of a message in which a change leaves its frame whole. Not every change can be text. */
const IN_THE_TEXT = [12, 30, 40, 50, 25, 35, 45, 55, 43, 47, 52];

type Way = 'upstream' | 'downstream';

/**
 * Messages that were sent and never read, although others that came after them were. TCP loses none
 * from its midst: they were changed on the way, and rejected.
 */
export function misreadMessages(
  house: House,
  link: FieldLink,
  time: StoryTime,
  latencyMs: number,
): Incident[] {
  const { ours, theirs } = wordsOf(house, link);
  if (link.accepted === undefined) return [];
  return [...misread('upstream', ours, theirs), ...misread('downstream', theirs, ours)].map(
    ({ sent: { atMs, message }, way }) => ({
      what: `${link.id} ${message} was not understood`,
      fromMs: atMs,
      atMs: atMs + latencyMs,
      candidates: IN_THE_TEXT.map((every) => changed(way, every, atMs + latencyMs, time)),
    }),
  );
}

interface Misread {
  readonly sent: EventOf<'control.sent'>;
  readonly way: Way;
}

function misread(
  way: Way,
  from: readonly RecordedEvent[],
  to: readonly RecordedEvent[],
): Misread[] {
  const pairs = [...matched(from, to), ...goodbye(from, to)];
  const readMs = Math.max(...pairs.map(([sentMs]) => sentMs));
  const known = new Set(pairs.map(([sentMs, , what]) => `${sentMs} ${what}`));
  return from.flatMap((sent): Misread[] => {
    if (sent.type !== 'control.sent' || sent.message === 'welcome') return [];
    const wasRead = known.has(`${sent.atMs} ${sent.message}`);
    return wasRead || sent.atMs > readMs ? [] : [{ sent, way }];
  });
}

function changed(direction: Way, every: number, atMs: number, time: StoryTime): Candidate {
  const fault: FaultInput = {
    ...{ kind: 'corruption', between, direction, every, spread: 'fixed' },
    ...{ at: time.at(atMs), for: lasting(1) },
  };
  return one('it was changed on its way', fault);
}
