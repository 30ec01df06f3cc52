import { expect } from 'chai';

import { PcmQueue } from '../../src/audio/pcm-queue';

function queueOf(...pieces: readonly number[][]): PcmQueue {
  const queue = new PcmQueue();
  for (const piece of pieces) queue.push(Buffer.from(piece));
  return queue;
}

describe('PcmQueue', () => {
  it('gives back what was pushed, in order, wherever it is cut', () => {
    const queue = queueOf([1, 2, 3], [], [4], [5, 6]);
    expect([...queue.take(2)]).to.deep.equal([1, 2]);
    expect([...queue.take(3)]).to.deep.equal([3, 4, 5]);
    expect(queue).to.have.length(1);
    expect([...queue.take(10)]).to.deep.equal([6]);
    expect(queue.take(10)).to.have.length(0);
  });

  it('copies nothing that lies in one piece', () => {
    const pcm = Buffer.alloc(100);
    const queue = new PcmQueue();
    queue.push(pcm);
    expect(queue.take(10).buffer).to.equal(pcm.buffer);
    expect(queue.take(0)).to.have.length(0);
  });

  it('holds nothing once it was cleared', () => {
    const queue = queueOf([1, 2]);
    queue.clear();
    expect(queue).to.have.length(0);
    expect(queue.take(2)).to.have.length(0);
  });
});
