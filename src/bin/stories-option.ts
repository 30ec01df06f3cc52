/** What the programs that run scenarios share: which ones, and how fast. */
import { InvalidArgumentError } from 'commander';

import { allStoryFiles, readStory, StoryError, type Story } from '../runner/stories';
import { UsageError } from './command-line';

/** The scenarios of these files, or all there are, whose name or story matches. */
export async function selectStories(
  files: readonly string[],
  grep: RegExp | undefined,
): Promise<readonly Story[]> {
  const stories: Story[] = [];
  for (const file of files.length > 0 ? new Set(files) : allStoryFiles()) {
    stories.push(await readNamed(file));
  }
  const selected = stories.filter(
    ({ scenario: { name, story } }) => grep?.test(`${name} ${story}`) ?? true,
  );
  if (selected.length > 0) return selected;
  const which = grep === undefined ? 'There is no scenario' : `No scenario matches ${String(grep)}`;
  throw new UsageError(`${which}. npm run scenarios -- --list shows what there is.`);
}

export function toScale(text: string): number {
  const scale = Number(text);
  if (scale > 0 && scale <= 1) return scale;
  throw new InvalidArgumentError('It must be a number above 0 and up to 1.');
}

/** Reads a scenario file that somebody named; what is wrong with it is wrong use. */
export async function readNamed(file: string): Promise<Story> {
  try {
    return await readStory(file);
  } catch (error) {
    if (error instanceof StoryError) throw new UsageError(error.message);
    throw error;
  }
}
