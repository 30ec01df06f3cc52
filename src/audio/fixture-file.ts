import path from 'node:path';

/** Where the fixtures lie: beside the sources, or beside the build, which is one folder deeper. */
export const FIXTURES_FOLDER = path.join(
  __dirname.replace(/[\\/](dist[\\/])?src[\\/]audio$/, ''),
  'fixtures',
  'wav',
);

/** The path of a fixture, by its name without `.wav`. */
export function fixtureFile(name: string): string {
  return path.join(FIXTURES_FOLDER, `${name}.wav`);
}
