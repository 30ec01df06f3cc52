import { expect } from 'chai';

import { FuzzCampaign, lifeSeed, type FuzzCampaignOptions } from '../../src/fuzz/fuzz-campaign';

// Workers need compiled code: test/bin/fuzz.test.ts has them.
async function campaign(options: Partial<FuzzCampaignOptions> = {}): Promise<FuzzCampaign> {
  const made = new FuzzCampaign({
    seed: 3,
    runs: 12,
    workers: 1,
    maxFailures: 1,
    onFinished: () => undefined,
    ...options,
  });
  await made.run();
  return made;
}

describe('FuzzCampaign', () => {
  it('is the same each time, and makes as many runs as it was asked for', async () => {
    const [one, other] = [await campaign(), await campaign()];
    expect([...other.hashes]).to.deep.equal([...one.hashes]);
    expect(other.tally.report()).to.deep.equal(one.tally.report());
    expect(one.tally.runs).to.be.within(12, 13);
  });

  it('has the lives of both its shards, and each once', async () => {
    const seeds = async (index: number): Promise<number[]> => {
      const shard = await campaign({ shard: { index, count: 2 } });
      return [...shard.hashes.keys()];
    };
    const [odd, even] = [await seeds(1), await seeds(2)];
    const expected = [0, 1, 2, 3].map((index) => lifeSeed(3, index));
    expect([odd[0], even[0], odd[1], even[1]]).to.deep.equal(expected);
  });

  it('lives only the lives that it is given', async () => {
    const { hashes } = await campaign({ lives: [42, 7], runs: Infinity });
    expect([...hashes.keys()]).to.deep.equal([42, 7]);
  });

  it('begins no life after it was told to stop', async () => {
    const made = new FuzzCampaign({
      seed: 3,
      runs: 1_000,
      workers: 1,
      maxFailures: 1,
      onFinished: () => made.stop(),
    });
    await made.run();
    expect(made.tally.lives).to.equal(1);
  });
});
