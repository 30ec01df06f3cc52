/** The service files and the page that says how they are installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { CLIENT_OPTIONS } from '../src/bin/client-options';
import { EffectiveSettings } from '../src/bin/effective-settings';
import { SERVER_OPTIONS } from '../src/bin/server-options';
import { keyOf, variableOf, type SettingsTable } from '../src/bin/setting';

const ROOT = path.join(__dirname, '..');
const PROGRAMS = { client: CLIENT_OPTIONS, server: SERVER_OPTIONS } as const;

/** Of 10: systemd calls it "OK" up to here. A service without any option has 9.6. */
const MAX_EXPOSURE = 2;

const hasSystemd = spawnSync('systemd-analyze', ['--version']).error === undefined;

function read(...names: readonly string[]): string {
  return readFileSync(path.join(ROOT, ...names), 'utf8');
}

describe('deployment', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'deploy-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const program of ['client', 'server'] as const) {
    const name = `tars-${program}.service`;

    /** The unit, with the Node of this machine: systemd looks whether the program is there. */
    function unit(): string {
      const file = path.join(folder, name);
      const text = read('deploy', 'systemd', name);
      expect(text).to.include('ExecStart=/usr/bin/node ');
      writeFileSync(file, text.replace('/usr/bin/node', process.execPath));
      return file;
    }

    describe(hasSystemd ? name : `${name} [skipped: systemd-analyze is not installed]`, () => {
      before(function () {
        if (!hasSystemd) this.skip();
      });

      it('is a unit that systemd takes without a word', () => {
        const { status, stderr, stdout } = spawnSync('systemd-analyze', ['verify', unit()]);
        expect(`${stdout.toString()}${stderr.toString()}`).to.equal('');
        expect(status).to.equal(0);
      });

      it('lets the program do little beside its work', function () {
        const args = ['security', '--offline=true', '--no-pager', unit()];
        const { error, stdout } = spawnSync('systemd-analyze', args);
        expect(error).to.equal(undefined);
        const [, exposure] =
          /Overall exposure level for .*: ([\d.]+)/.exec(stdout.toString()) ?? [];
        if (exposure === undefined) this.skip(); // before systemd 250 it asks a running system
        expect(Number(exposure)).to.be.at.most(MAX_EXPOSURE);
      });
    });

    it(`${name} uses settings that there are`, () => {
      const text = read('deploy', 'systemd', name);
      const table: SettingsTable = PROGRAMS[program];
      const [, flags = ''] = /^ExecStart=\S+ \S+(.*)$/m.exec(text) ?? [];
      expectKnown(table, flags);
      const variables = Object.entries(table).map(([each, row]) => variableOf(each, row));
      for (const [, variable] of text.matchAll(/^#?Environment=(\w+)=/gm)) {
        expect(variables).to.include(variable);
      }
    });
  }

  for (const program of ['client', 'server'] as const) {
    it(`tars-${program}.service keeps a journal where it may write`, () => {
      const text = read('deploy', 'systemd', `tars-${program}.service`);
      const [, folder] = /^StateDirectory=(\S+)$/m.exec(text) ?? [];
      const [, journal] = /^Environment=TARS_JOURNAL=%S\/(\S+)$/m.exec(text) ?? [];
      expect(journal).to.equal(`${folder}/journal.jsonl`);
      expect(text).to.match(/^StateDirectoryMode=0700$/m);
    });
  }

  describe('docs/install-pi.md', () => {
    const page = read('docs', 'install-pi.md');

    it('uses flags that there are', () => {
      const uses = [...page.matchAll(/dist\/src\/bin\/(client|server)\.js(.*)$/gm)];
      expect(uses.length).to.be.above(3);
      for (const [, program, flags = ''] of uses) {
        expectKnown(PROGRAMS[program as keyof typeof PROGRAMS], flags);
      }
    });

    it('has files of settings that the programs take', () => {
      const files = [
        ...page.matchAll(/tee \/etc\/tars\/(client|server)\.toml <<'END'\n([^]*?)\nEND/g),
      ];
      expect(files.map(([, program]) => program).sort()).to.deep.equal(['client', 'server']);
      for (const [, program, toml = ''] of files) {
        const config = path.join(folder, 'settings.toml');
        writeFileSync(config, toml);
        const table: SettingsTable = PROGRAMS[program as keyof typeof PROGRAMS];
        const settings = new EffectiveSettings(table, { flags: { config }, environment: {} });
        expect(settings.print()).to.match(/= "\S+" {2}# .*settings\.toml:1/);
      }
    });

    it('names files of this repository, and scripts of its package', () => {
      for (const [, file = ''] of page.matchAll(/(?:\]\(|cp )([\w/.-]+\.(?:md|service))/g)) {
        expect(() => read(file.includes('/') ? '.' : 'docs', file), file).to.not.throw();
      }
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      for (const [, script] of page.matchAll(/npm run ([\w-]+)/g)) {
        expect(scripts).to.have.property(script as string);
      }
    });

    it('makes a certificate that its openssl makes', function () {
      if (spawnSync('openssl', ['version']).error !== undefined) this.skip();
      const [, args = ''] = /sudo openssl (req [^]*?)\n[^ ]/.exec(page) ?? [];
      const words = args.replaceAll('\\\n', ' ').replaceAll('/etc/tars', folder).split(/\s+/);
      execFileSync('openssl', words.filter(Boolean), { stdio: 'pipe' });
      expect(readFileSync(path.join(folder, 'cert.pem'), 'utf8')).to.include('BEGIN CERTIFICATE');
    });
  });
});

function expectKnown(table: SettingsTable, commandLine: string): void {
  const known = ['replace', ...Object.keys(table).map(keyOf)];
  for (const [, flag] of commandLine.matchAll(/ --([\w-]+)/g)) expect(known).to.include(flag);
}
