import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { ScenarioError, type ScenarioInput } from '../sim/scenario';
import { checkRunnable } from '../sim/simulation';

/** A scenario and the file that it was read from. */
export interface Story {
  readonly file: string;
  readonly scenario: ScenarioInput;
}

/** A file that holds no scenario. The message names the file, and the field where it is wrong. */
export class StoryError extends Error {
  readonly code = 'STORY_INVALID';
}

const load = createRequire(__filename);

/** The package: what is data in it lies there, whether or not it was built. */
const PACKAGE_FOLDER = __dirname.replace(/[\\/](dist[\\/])?src[\\/]runner$/, '');

/** The stories of the sources or of the build, beside which this file lies in either. */
export function allStoryFiles(): readonly string[] {
  return [
    ...storyFilesIn(path.join(__dirname, '..', '..', 'scenarios')),
    ...storyFilesIn(path.join(PACKAGE_FOLDER, 'scenarios', 'regressions')),
  ];
}

function storyFilesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => /(?<!\.d)\.(ts|js|json)$/.test(file));
  return files.sort().map((file) => path.join(folder, file));
}

/** Reads and checks a scenario file: `.ts`, `.js` or `.json`. Rejects with {@link StoryError}. */
export async function readStory(file: string): Promise<Story> {
  const content = readContent(file);
  try {
    await checkRunnable(content);
  } catch (error) {
    if (error instanceof ScenarioError) throw new StoryError(`${file}: ${error.message}`);
    throw error;
  }
  return { file, scenario: content as ScenarioInput };
}

function readContent(file: string): unknown {
  try {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8')) as unknown;
    return (load(path.resolve(file)) as { default?: unknown }).default;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoryError(`${file} cannot be read: ${why}`);
  }
}
