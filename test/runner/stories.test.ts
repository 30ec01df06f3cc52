import { readdirSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { allStoryFiles, readStory, StoryError } from '../../src/runner/stories';
import { PASSING, written } from './files';

const SCENARIOS = path.join(__dirname, '..', '..', 'scenarios');

async function errorOf(file: string): Promise<unknown> {
  return readStory(file).catch((error: unknown) => error);
}

describe('stories', () => {
  it('finds each scenario of the folder, and then what was kept', () => {
    const names = (folder: string, ext: string): string[] =>
      readdirSync(folder)
        .filter((file) => file.endsWith(ext))
        .sort();
    const kept = names(path.join(SCENARIOS, 'regressions'), '.json');
    const found = allStoryFiles().map((file) => path.basename(file));
    expect(found).to.deep.equal([...names(SCENARIOS, '.ts'), ...kept]);
  });

  it('reads a module and JSON', async () => {
    const file = path.join(SCENARIOS, 'one-turn.ts');
    const story = await readStory(file);
    expect([story.file, story.scenario.name]).to.deep.equal([file, 'one-turn']);
    const json = await readStory(written('story.json', PASSING));
    expect(json.scenario).to.deep.equal(PASSING);
  });

  const wrong: readonly (readonly [string, () => string, RegExp])[] = [
    ['is missing', () => 'nowhere.json', /^nowhere\.json cannot be read: ENOENT/],
    ['is no JSON', () => written('no.json', '{'), /no\.json cannot be read: /],
    ['holds no scenario', () => written('null.json', 'null'), /null\.json: /],
    ['has no default', () => written('empty.js', 'exports.a = 1;'), /empty\.js: /],
    ['throws', () => written('bang.js', "throw new Error('bang');"), /bang\.js.*read: bang/],
    ['throws no error', () => written('odd.js', "throw 'odd';"), /odd\.js.*read: odd/],
    [
      'has a wrong field',
      () => written('f.json', { ...PASSING, lasts: 'long' }),
      /f\.json: .*lasts/s,
    ],
  ];
  for (const [what, file, message] of wrong) {
    it(`names a file that ${what}`, async () => {
      const error = await errorOf(file());
      expect(error).to.be.instanceOf(StoryError);
      expect((error as StoryError).code).to.equal('STORY_INVALID');
      expect((error as StoryError).message).to.match(message);
    });
  }
});
