import path from 'node:path';

import { expect } from 'chai';

import { allStoryFiles, readStory } from '../src/runner/stories';
import { simulate, type RunResult } from '../src/sim/simulation';

/** One that the runner uses by default, and others, so that no story holds for one seed alone. */
const SEEDS = [1, 2, 3];

describe('scenarios', () => {
  for (const file of allStoryFiles()) {
    const name = path.parse(file).name;

    it(`${name} passes`, async () => {
      for (const seed of SEEDS) {
        const { scenario } = await readStory(file);
        const result = await simulate(scenario, { seed });
        expect(problems(result), `seed ${seed}`).to.equal('');
      }
    });

    it(`${name} is named like its file`, async () => {
      expect((await readStory(file)).scenario.name).to.equal(name);
    });
  }
});

function problems({ failures }: RunResult): string {
  return failures
    .map(
      ({ claim, expected, kind, seen }) => `${kind}: ${claim} Expected ${expected}, saw ${seen}.`,
    )
    .join('\n');
}
