/** Scenario files of a test's own, gone when the process ends. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const FOLDER = mkdtempSync(path.join(tmpdir(), 'tars-runner-'));
process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

/** Quick: nothing happens but a dial. */
export const PASSING = { name: 'passing', story: 'A Pi connects.', lasts: '1 s' };
/** Its demand cannot be met. */
export const FAILING = {
  ...PASSING,
  name: 'failing',
  expect: [{ that: 'dials', check: 'count', of: { type: 'link.dialing' }, atMost: 0 }],
};

/** Writes a file and returns its path. */
export function written(name: string, content: object | string): string {
  const file = path.join(FOLDER, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}
