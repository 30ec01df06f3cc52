import { expect } from 'chai';

import type { EngineTurn } from '../../src/ports';
import { ParrotEngine } from '../../src/server/parrot';
import { silence, tone } from './tone';

/** A parrot's ear, and what it reported. */
async function openParrot() {
  const called: string[] = [];
  const turns: EngineTurn[] = [];
  const session = await new ParrotEngine().open({
    onSpeech: () => called.push('speech'),
    onUtterance: () => called.push('utterance'),
    onTurn: (turn) => {
      called.push('turn');
      turns.push(turn);
    },
    onInterrupted: () => called.push('interrupted'),
    onFailed: () => called.push('failed'),
  });
  return { called, session, turns };
}

describe('ParrotEngine', () => {
  it('says back what it heard, in pieces of 100 ms', async () => {
    const { called, session, turns } = await openParrot();
    session.hear(Buffer.concat([tone(460), silence(700)]));
    expect(called).to.deep.equal(['speech', 'utterance', 'turn']);
    const chunks: Buffer[] = [];
    for await (const chunk of (turns[0] as EngineTurn).audio) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.length)).to.deep.equal([3200, 3200, 3200, 3200, 3200, 1920]);
    expect(Buffer.concat(chunks)).to.deep.equal(Buffer.concat([tone(460), silence(100)]));
  });

  it('says nothing once it is closed', async () => {
    const { called, session } = await openParrot();
    await session.close();
    await session.close();
    session.hear(Buffer.concat([tone(460), silence(700)]));
    expect(called).to.deep.equal([]);
  });
});
