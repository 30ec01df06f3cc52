import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';
import { parse } from 'smol-toml';

import { UsageError } from '../../src/bin/command-line';
import { EffectiveSettings, type SettingsInput } from '../../src/bin/effective-settings';
import type { SettingsTable } from '../../src/bin/setting';
import { file, oneOf, share, text, toggle, wholeNumber } from '../../src/bin/setting-kind';

const TABLE = {
  server: { summary: '', kind: text('<url>'), default: 'ws://here', feeds: 'serverUrl' },
  maxDevices: { summary: '', kind: wholeNumber(1, 100), default: 16 },
  loudness: { summary: '', kind: share() },
  color: { summary: '', kind: oneOf('red', 'green') },
  quiet: { summary: '', kind: toggle(), default: false },
  tokenFile: { summary: '', kind: file(), secretVariable: 'TARS_TOKEN' },
  config: { summary: '', kind: file(), from: 'flag_or_variable' },
  list: { summary: '', kind: toggle(), default: false, from: 'flag' },
} as const satisfies SettingsTable;

const SECRET = 'planted-9f8e7d';

describe('EffectiveSettings', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'settings-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(input: Partial<SettingsInput> = {}) {
    return new EffectiveSettings(TABLE, { flags: {}, environment: {}, ...input });
  }

  function written(content: string | Buffer, name = 'settings.toml'): string {
    const at = path.join(folder, name);
    writeFileSync(at, content);
    return at;
  }

  function readToml(content: string | Buffer, input: Partial<SettingsInput> = {}) {
    const environment = { TARS_CONFIG: written(content), ...input.environment };
    return read({ ...input, environment });
  }

  function failure(act: () => unknown): string {
    try {
      act();
    } catch (error) {
      expect(error).to.be.instanceOf(UsageError);
      const { message } = error as Error;
      expect(message, 'one line').to.not.include('\n');
      return message.replaceAll(folder, '');
    }
    throw new Error('nothing was wrong with it');
  }

  it('has its defaults, and nothing where there is none', () => {
    const { values } = read();
    expect(values).to.deep.include({ server: 'ws://here', maxDevices: 16, quiet: false });
    expect([values.loudness, values.tokenFile]).to.deep.equal([undefined, undefined]);
  });

  it('takes a flag before a variable, a variable before a file, a file before a default', () => {
    const toml = 'server = "file"\nmax-devices = 3\ncolor = "red"\n';
    const { values } = readToml(toml, {
      flags: { server: 'flag' },
      environment: { TARS_SERVER: 'variable', TARS_MAX_DEVICES: '2' },
    });
    expect(values).to.deep.include({ server: 'flag', maxDevices: 2, color: 'red', quiet: false });
  });

  it('lets a flag turn off what a file turns on', () => {
    expect(readToml('quiet = true').values.quiet).to.equal(true);
    expect(readToml('quiet = true', { flags: { quiet: false } }).values.quiet).to.equal(false);
  });

  it('reads a file with a byte order mark, with Windows line ends, and an empty one', () => {
    expect(readToml('\ufeffmax-devices = 3\r\ncolor = "red"\r\n').values.maxDevices).to.equal(3);
    expect(readToml('').values.maxDevices).to.equal(16);
  });

  it('prints what could be read again as a file, without secrets', () => {
    const flags = { server: 'a "quoted" \u007f\n\\ text' };
    const environment = { TARS_TOKEN: SECRET };
    const printed = readToml('max-devices = 3', { flags, environment }).print();
    expect(printed).to.include('# --server\n').and.to.include('settings.toml:1: max-devices\n');
    expect(printed).to.include('# token-file: hidden  # from TARS_TOKEN\n');
    expect(printed).to.include('quiet = false  # default\n').and.to.include('# color: not set\n');
    expect(printed).to.not.include(SECRET).and.not.include('list');
    expect(parse(printed)).to.deep.equal({ ...flags, 'max-devices': 3, quiet: false });
    expect(readToml(printed).values.server).to.equal(flags.server);
  });

  it('tells what the code behind says by the name that the user knows', () => {
    const told = (input: Partial<SettingsInput>): string =>
      read(input).inUsersWords('serverUrl: must be an address');
    expect(told({})).to.equal('--server: must be an address');
    expect(told({ environment: { TARS_SERVER: 'x' } })).to.equal('TARS_SERVER: must be an address');
    const inFile = readToml('\nserver = "x"').inUsersWords('serverUrl: wrong');
    expect(inFile.replaceAll(folder, '')).to.equal('/settings.toml:2: server: wrong');
  });

  describe('names what is wrong, and where it was found', () => {
    const cases: readonly (readonly [string, Partial<SettingsInput> | string, RegExp])[] = [
      [
        'a flag',
        { flags: { maxDevices: 'many' } },
        /^option '--max-devices <number>' argument 'many' is invalid\. It must be a whole number/,
      ],
      [
        'a variable',
        { environment: { TARS_MAX_DEVICES: '101' } },
        /value '101' from env 'TARS_MAX_DEVICES' is invalid\. .* from 1 to 100\.$/,
      ],
      ['an empty variable', { environment: { TARS_SERVER: '' } }, /'' from env 'TARS_SERVER'/],
      ['a switch', { environment: { TARS_QUIET: 'yes' } }, /'yes' .*TARS_QUIET.* true or false/],
      ['a name of JavaScript', { environment: { TARS_QUIET: 'toString' } }, /TARS_QUIET/],
      ['text for a number', 'max-devices = "3"', /^\/settings\.toml:1: max-devices: '3' is inv/],
      ['half a device', '\n\nmax-devices = 2.5', /^\/settings\.toml:3: max-devices: 2\.5 is inv/],
      ['a number for text', 'server = 8765', /toml:1: server: 8765 is invalid\. It must be text/],
      ['a list', 'color = ["red"]', /toml:1: color: \["red"\] is invalid\. .*one of red, green/],
      ['a table', '[server]\nurl = "x"', /toml:1: server: \{"url":"x"\} is invalid/],
      ['a date', 'server = 1979-05-27', /toml:1: server: "1979-05-27" is invalid/],
      ['no number', 'loudness = nan', /toml:1: loudness: NaN is invalid/],
      ['too loud', 'loudness = 1.1', /from 0 to 1/],
      ['a key of another word', 'volume = 3', /^\/settings\.toml:1: no setting 'volume'\.$/],
      ['a slip in a key', 'max_devics = 3', /no setting 'max_devics'\. .*'max-devices'\?$/],
      ['the first part of a key', 'token = "x"', /no setting 'token'\. .*'token-file'\?$/],
      ['a key of JavaScript', '__proto__ = 1', /no setting '__proto__'\.$/],
      ['a file in a file', 'config = "x"', /no setting 'config'/],
      ['what is only a flag', 'list = true', /no setting 'list'/],
      ['a slip in a variable', { environment: { TARS_MAXDEVICES: '3' } }, /'TARS_MAX_DEVICES'\?$/],
      ['an unknown variable', { environment: { TARS_X: '3' } }, /^TARS_X: no setting has this/],
      ['a key twice', 'color = "red"\ncolor = "red"', /^\/settings\.toml:2:1: no TOML: /],
      ['a number that is too large', 'max-devices = 99999999999999999999', /toml:1:15: no TOML/],
      ['nesting without end', `color = ${'['.repeat(60_000)}`, /no TOML: .*nested/],
    ];
    for (const [what, given, pattern] of cases) {
      it(what, () => {
        const told = failure(() => (typeof given === 'string' ? readToml(given) : read(given)));
        expect(told).to.match(pattern);
      });
    }

    it('of a value only so much, on one line', () => {
      const server = `${'x'.repeat(500)}\n`;
      const told = failure(() => read({ flags: { maxDevices: server } }));
      expect(told.length).to.be.below(250);
      expect(failure(() => read({ flags: { maxDevices: 'a\nb' } }))).to.include("'a\\nb'");
    });

    it('by its line, whatever a long text before it looks like', () => {
      const toml = 'server = """\nmax-devices = 1\n"""\nmax-devices = 0\n';
      expect(failure(() => readToml(toml))).to.match(/toml:4: max-devices: 0/);
    });

    it('of a line that is no TOML without what is in it', () => {
      const told = failure(() => readToml(`token-file = "${SECRET}`));
      expect(told).to.not.include(SECRET);
    });
  });

  describe('refuses a file of settings', () => {
    const refused = (at: string): string =>
      failure(() => read({ environment: { TARS_CONFIG: at } }));

    it('that is not there', () => {
      expect(refused(path.join(folder, 'no.toml'))).to.match(/^TARS_CONFIG: \/no\.toml: ENOENT/);
      expect(failure(() => read({ flags: { config: '/no' } }))).to.match(/^--config: \/no: ENOENT/);
    });

    it('that is a folder', () => {
      mkdirSync(path.join(folder, 'toml'));
      expect(refused(path.join(folder, 'toml'))).to.match(/\/toml: it is a folder\. /);
    });

    it('that never ends', () => {
      expect(refused('/dev/zero')).to.match(/it is no regular file/);
    });

    it('that is a pipe, without waiting for who may write into it', () => {
      const pipe = path.join(folder, 'pipe');
      execFileSync('mkfifo', [pipe]);
      expect(refused(pipe)).to.match(/\/pipe: it is no regular file/);
    });

    it('of ten megabytes', () => {
      const at = written(Buffer.alloc(10 * 2 ** 20, '#'));
      expect(refused(at)).to.match(/it has more than 65536 bytes/);
    });

    it('that is no text', () => {
      expect(refused(written(Buffer.from([0x61, 0xff, 0xfe])))).to.match(/it is not UTF-8/);
    });

    it('that may not be read', () => {
      const at = written('');
      chmodSync(at, 0);
      expect(asNobody(() => refused(at))).to.match(/^TARS_CONFIG: \/settings\.toml: EACCES/);
    });
  });

  it('leaves the variables of the other programs alone', () => {
    const others = [{ port: { summary: '', kind: wholeNumber(0), secretVariable: 'PORT_KEY' } }];
    const environment = { TARS_PORT: 'x', TARS_TOXIPROXY_PORT: '1', OTHER: '1', PORT_KEY: '1' };
    expect(read({ environment, others }).values.maxDevices).to.equal(16);
  });

  describe('a secret', () => {
    const warnings: string[] = [];
    const secretOf = (input: Partial<SettingsInput>): string | undefined =>
      read(input).secret('tokenFile', (warning) => warnings.push(warning));

    beforeEach(() => (warnings.length = 0));

    function secretFile(content: string, mode = 0o600): string {
      const at = written(content, 'token');
      chmodSync(at, mode);
      return at;
    }

    it('comes from its file or its variable, a flag before either', () => {
      const flags = { tokenFile: secretFile(`${SECRET}\n`) };
      expect(secretOf({})).to.equal(undefined);
      expect(secretOf({ environment: { TARS_TOKEN: 'other' } })).to.equal('other');
      expect(secretOf({ flags, environment: { TARS_TOKEN: 'other' } })).to.equal(SECRET);
      expect(warnings).to.deep.equal([]);
    });

    it('is taken out of the environment that children inherit, and still known', () => {
      const environment: NodeJS.ProcessEnv = { TARS_TOKEN: SECRET, HOME: '/' };
      const settings = read({ environment });
      settings.forgetSecrets(environment);
      expect(environment).to.deep.equal({ HOME: '/' });
      expect(settings.secret('tokenFile', () => undefined)).to.equal(SECRET);
    });

    it('in two variables at once is refused', () => {
      const environment = { TARS_TOKEN: SECRET, TARS_TOKEN_FILE: '/x' };
      const told = failure(() => secretOf({ environment }));
      expect(told).to.match(/^TARS_TOKEN and TARS_TOKEN_FILE are both set/);
      expect(told).to.not.include(SECRET);
    });

    it('that everybody may read is a warning, without it', () => {
      const tokenFile = secretFile(SECRET, 0o644);
      expect(secretOf({ flags: { tokenFile } })).to.equal(SECRET);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.match(/^--token-file: .*mode 644.*chmod 600/);
      expect(warnings[0]).to.not.include(SECRET);
    });

    for (const [what, content, pattern] of [
      ['that is empty', '\n', /it is empty/],
      ['of two lines', `${SECRET}\nmore\n`, /one word of visible ASCII/],
      ['that is too long', 'x'.repeat(5_000), /more than 4096 bytes/],
    ] as const) {
      it(`${what} is refused, by the name of its file`, () => {
        const told = failure(() => secretOf({ flags: { tokenFile: secretFile(content) } }));
        expect(told)
          .to.match(/^--token-file: \/token: /)
          .and.match(pattern);
        expect(told).to.not.include(SECRET);
      });
    }

    it('that is empty in its variable is refused', () => {
      expect(failure(() => secretOf({ environment: { TARS_TOKEN: '' } }))).to.match(
        /^TARS_TOKEN: /,
      );
    });
  });
});

/** Root may read everything, and so is somebody else for a moment. */
function asNobody<Result>(act: () => Result): Result {
  const user = process.geteuid?.();
  if (user !== 0) return act();
  const NOBODY = 65_534;
  process.seteuid?.(NOBODY);
  try {
    return act();
  } finally {
    process.seteuid?.(user);
  }
}
