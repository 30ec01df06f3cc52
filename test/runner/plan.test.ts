import { expect } from 'chai';

import { planAgain, planRuns } from '../../src/runner/plan';
import type { Story } from '../../src/runner/stories';

const STORIES = ['a', 'b', 'c'].map((name): Story => ({
  file: `/${name}.json`,
  scenario: { name, story: name, lasts: '1 s' },
}));

describe('plan', () => {
  it('has each scenario on each seed, scenario by scenario', () => {
    const plan = planRuns(STORIES.slice(0, 2), { seed: 5, repeat: 2 });
    expect(plan).to.deep.equal([
      { file: '/a.json', name: 'a', seed: 5 },
      { file: '/a.json', name: 'a', seed: 6 },
      { file: '/b.json', name: 'b', seed: 5 },
      { file: '/b.json', name: 'b', seed: 6 },
    ]);
  });

  it('gives each run to exactly one shard, and none much more than another', () => {
    const options = { seed: 1, repeat: 5 };
    const indices = [1, 2, 3, 4];
    const parts = indices.map((index) =>
      planRuns(STORIES, { ...options, shard: { index, count: 4 } }),
    );
    expect(parts.flat()).to.have.deep.members([...planRuns(STORIES, options)]);
    expect(parts.map(({ length }) => length)).to.deep.equal([4, 4, 4, 3]);
  });

  it('is empty for a shard that has nothing to do, and without stories', () => {
    expect(planRuns(STORIES, { seed: 1, repeat: 1, shard: { index: 9, count: 9 } })).to.be.empty;
    expect(planRuns([], { seed: 1, repeat: 9 })).to.be.empty;
  });

  it('makes again what failed, with its seeds, in the order of the stories', () => {
    const failed = [
      { file: '/c.json', seed: 9 },
      { file: '/a.json', seed: 7 },
      { file: '/c.json', seed: 3 },
    ];
    expect(planAgain(STORIES, failed)).to.deep.equal([
      { file: '/a.json', name: 'a', seed: 7 },
      { file: '/c.json', name: 'c', seed: 9 },
      { file: '/c.json', name: 'c', seed: 3 },
    ]);
  });
});
