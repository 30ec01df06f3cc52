import { readdirSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import type { ScenarioInput } from '../src/sim/scenario';
import { simulate, type RunResult } from '../src/sim/simulation';

const FOLDER = path.join(__dirname, '..', 'scenarios');
/** One that the runner uses by default, and others, so that no story holds for one seed alone. */
const SEEDS = [1, 2, 3];

describe('scenarios', () => {
  for (const file of readdirSync(FOLDER)) {
    const name = path.parse(file).name;

    it(`${name} passes`, async () => {
      for (const seed of SEEDS) {
        const result = await simulate(read(file), { seed });
        expect(problems(result), `seed ${seed}`).to.equal('');
      }
    });

    it(`${name} is named like its file`, () => {
      expect(read(file).name).to.equal(name);
    });
  }
});

function read(file: string): ScenarioInput {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- found at run time
  return (require(path.join(FOLDER, file)) as { default: ScenarioInput }).default;
}

function problems({ failures }: RunResult): string {
  return failures
    .map(
      ({ claim, expected, kind, seen }) => `${kind}: ${claim} Expected ${expected}, saw ${seen}.`,
    )
    .join('\n');
}
