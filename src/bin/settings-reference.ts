/**
 * Writes docs/settings.md, out of the tables that the programs read:
 *
 *   node -r ts-node/register/transpile-only src/bin/settings-reference.ts > docs/settings.md
 */
import { CLIENT_OPTIONS } from './client-options';
import { SERVER_OPTIONS } from './server-options';
import { defaultOf, flagOf, mustOf, variableOf, type Setting, type SettingsTable } from './setting';

const INTRODUCTION = `# Settings

<!-- Made out of the tables in src/bin: see settings-reference.ts. -->

A setting is taken from the first place that has it: a **flag**, then an **environment variable**,
then the **file** that \`--config\` or \`TARS_CONFIG\` names, then its default. \`--print-config\`
shows each value, and where it comes from. What nobody knows, or is not what it must be, is an error
that says where it was found; the exit code is 2.

The file is TOML of at most 64 KiB, with a key for each setting:

\`\`\`toml
server = "wss://tars.example:8765"
device = "kitchen"
token-file = "/etc/tars/token"
acknowledge = true
\`\`\`

A switch is \`--name\` or \`--no-name\` as a flag, and \`true\` or \`false\` elsewhere. Names of
files count from the folder in which the program is started. A variable that begins with \`TARS_\`
and is none of these is an error, too, so that a slip in a name is not silent; those of the other
program may stand beside them.

**Secrets** are never flags, because every process of a machine can read the command lines of the
others. They come from a file (one word, at most 4,096 bytes, and a warning where everybody may read
it) or from a variable; a variable with the name of a file and one with the secret itself are an
error together. Nothing that a program writes has a secret in it.
`;

/** The whole document. */
export function settingsReference(): string {
  return [
    INTRODUCTION,
    ...program('client', 'The program on the Pi', CLIENT_OPTIONS),
    '',
    ...program('server', 'The server', SERVER_OPTIONS),
    '',
  ].join('\n');
}

function program(name: string, title: string, table: SettingsTable): string[] {
  const run = `\`npm run ${name} -- ...\`, or once built \`node dist/src/bin/${name}.js ...\`.`;
  const rows = Object.entries(table).map(([each, row]) => rowOf(each, row));
  const head = ['| setting | variable | default | what it is |', '|---|---|---|---|'];
  return [`## ${title}`, '', run, '', ...head, ...rows];
}

function rowOf(name: string, row: Setting): string {
  const variables = [variableOf(name, row), row.secretVariable].filter(
    (each) => each !== undefined,
  );
  const byDefault = row.default === false ? 'false' : defaultOf(row);
  const cells = [
    code(flagOf(name, row)),
    variables.map(code).join(' or ') || 'none',
    byDefault === undefined ? 'none' : code(byDefault),
    `${row.summary}.${placesOf(row)}`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function placesOf(row: Setting): string {
  const { from = 'anywhere', secretVariable } = row;
  const must = mustOf(row);
  return [
    ...(must === undefined ? [] : [` It must be ${must}.`]),
    ...(secretVariable === undefined ? [] : [` ${code(secretVariable)} is the secret itself.`]),
    ...(from === 'anywhere' ? [] : [from === 'flag' ? ' A flag only.' : ' No key of a file.']),
  ].join('');
}

function code(text: string): string {
  return `\`${text}\``;
}

if (require.main === module) process.stdout.write(settingsReference());
