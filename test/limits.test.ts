/** `docs/limits.md` says what the code does. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { checkClientSettings } from '../src/client/client-settings';
import { checkServerSettings } from '../src/server/server-settings';

const TEXT = readFileSync(path.join(__dirname, '../docs/limits.md'), 'utf8');

/** The rows of all tables with this head: the name of a setting, and its default. */
function documented(head: string): Record<string, number> {
  const tables = TEXT.split(/\n\n+/).filter((block) => block.startsWith(`| ${head} |`));
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(2));
  const cells = rows.map((row) => row.split('|').map((cell) => cell.trim()));
  return Object.fromEntries(
    cells.map(([, name = '', byDefault = '']) => [
      name.replaceAll('`', ''),
      Number(byDefault.replaceAll(',', '')),
    ]),
  );
}

/** Settings that are numbers, those of a group as `group.name`. */
function numbersOf(settings: object, prefix = ''): Record<string, number> {
  const entries = Object.entries(settings).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'number') return [[prefix + name, value] as const];
    return typeof value === 'object' && value !== null
      ? Object.entries(numbersOf(value, `${prefix}${name}.`))
      : [];
  });
  return Object.fromEntries(entries);
}

describe('docs/limits.md', () => {
  it('has every limit of the server, with its default', () => {
    const { port: _port, ...limits } = numbersOf(checkServerSettings());
    expect(documented('setting of the server')).to.deep.equal(limits);
  });

  it('has every limit of the client, with its default', () => {
    const limits = numbersOf(checkClientSettings({ serverUrl: 'ws://hub' }));
    expect(documented('setting of the client')).to.deep.equal(limits);
  });
});
