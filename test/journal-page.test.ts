/** docs/journal.md, held to the events that it describes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { DURABLE, LOSS_LABELS } from '../src/events';

describe('docs/journal.md', () => {
  const page = readFileSync(path.join(__dirname, '..', 'docs', 'journal.md'), 'utf8');
  /** What the first cells of its tables name. */
  const named = [...page.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`?]+)\??`/g)].map(([, name = '']) => name),
  );

  it('has each type of a line, and no other', () => {
    const types = named.filter((name) => /^[a-z]+\.[a-z]+$/.test(name));
    expect(types.sort()).to.deep.equal([...DURABLE].sort());
  });

  it('has each label of a loss', () => {
    expect(named).to.include.members([...LOSS_LABELS]);
  });
});
