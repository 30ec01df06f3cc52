import { expect } from 'chai';

import { RefusalDigest } from '../../src/adapters/refusal-digest';
import type { LinkEvent } from '../../src/events';

const DAY_MS = 86_400_000;

type Refused = Extract<LinkEvent, { readonly type: 'link.refused' }>;

/** A digest in a time that the test counts, and what came through it. */
function bench() {
  const told: LinkEvent[] = [];
  const time = { nowMs: 0 };
  const sink = { emit: (event: LinkEvent): void => void told.push(event) };
  const digest = new RefusalDigest({ clock: { now: () => time.nowMs }, sink });
  return { digest, time, told };
}

function refused(reason: Refused['reason'], device?: string): Refused {
  return { type: 'link.refused', reason, ...(device === undefined ? {} : { device }) };
}

const stopped: LinkEvent = { type: 'host.stopped', timers: 0, sockets: 0, dials: 0, devices: 0 };

/** How many refusals the lines stand for. */
function countOf(told: readonly LinkEvent[]): number {
  return told
    .filter((event) => event.type === 'link.refused')
    .reduce((sum, { others = 0 }) => sum + 1 + others, 0);
}

describe('RefusalDigest', () => {
  it('lets everything else through, and the first of a kind as they are', () => {
    const { digest, told } = bench();
    const events = [refused('browser'), stopped, refused('unauthorized', 'kitchen')];
    for (const event of events) digest.emit(event);
    expect(told).to.deep.equal(events);
  });

  it('makes a month of refusals a second a file that is small, and loses none', () => {
    const { digest, time, told } = bench();
    const SECONDS = (30 * DAY_MS) / 1_000;
    for (let second = 0; second < SECONDS; second += 1) {
      time.nowMs = second * 1_000;
      digest.emit(refused('bad_upgrade'));
    }
    digest.emit(stopped);
    // A line an hour, at 150 bytes each: of the 10 MB of a journal a fiftieth is more.
    expect(told.length).to.be.lessThan(800);
    expect(countOf(told)).to.equal(SECONDS);
  });

  it('is not filled by names that are made up, nor do they hide a device that is known', () => {
    const { digest, time, told } = bench();
    digest.emit(refused('unauthorized', 'kitchen'));
    for (let name = 0; name < 100_000; name += 1) {
      time.nowMs += 1_000;
      digest.emit(refused('unauthorized', `stranger-${name}`));
    }
    digest.emit(refused('unauthorized', 'kitchen'));
    expect(told.at(-1)).to.deep.equal(refused('unauthorized', 'kitchen'));
    expect(told.length).to.be.lessThan(200);
  });

  it('takes what comes after half an hour of quiet for news, with what was left to tell', () => {
    const { digest, time, told } = bench();
    for (let times = 0; times < 6; times += 1) digest.emit(refused('browser'));
    time.nowMs = 30 * 60_000;
    digest.emit(refused('browser'));
    expect(told.at(-1)).to.deep.equal({ ...refused('browser'), others: 2 });
    digest.emit(refused('browser'));
    expect(told.at(-1)).to.deep.equal(refused('browser'));
  });

  it('tells what is left before the end, and of no device, which may be in by now', () => {
    const { digest, told } = bench();
    for (let times = 0; times < 7; times += 1) digest.emit(refused('no_place', 'kitchen'));
    digest.emit(stopped);
    expect(told.slice(-2)).to.deep.equal([{ ...refused('no_place'), others: 2 }, stopped]);
    expect(countOf(told)).to.equal(7);
  });
});
