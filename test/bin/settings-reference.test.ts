import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { settingsReference } from '../../src/bin/settings-reference';

describe('settings reference', () => {
  it('is what the tables of settings say', () => {
    const file = path.join(__dirname, '..', '..', 'docs', 'settings.md');
    expect(readFileSync(file, 'utf8'), 'make it anew: see src/bin/settings-reference.ts').to.equal(
      settingsReference(),
    );
  });
});
