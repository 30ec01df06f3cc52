import { Command, Option } from 'commander';

import {
  defaultOf,
  flagOf,
  keyOf,
  mustOf,
  variableOf,
  type Setting,
  type SettingsTable,
} from './setting';
import { suggestion } from './suggestion';
import { packageVersion } from './package-version';

/** A command that takes the settings of a table as flags. Nothing of them is checked by it. */
export function settingsCommand(name: string, table: SettingsTable): Command {
  const command = new Command(name).version(packageVersion()).exitOverride();
  for (const [each, row] of Object.entries(table)) {
    command.addOption(optionOf(each, row));
    if (row.kind.placeholder === undefined && row.from !== 'flag') {
      command.addOption(new Option(`--no-${keyOf(each)}`).hideHelp());
    }
  }
  const flags = ['help', 'version', ...Object.keys(table).map(keyOf)].map((key) => `--${key}`);
  return command
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: (text, write) => write(inOneLine(text, flags)) });
}

/** The flags that were given, by name. */
export function flagsOf(command: Command): Readonly<Record<string, string | boolean>> {
  const given = Object.entries(command.opts<Record<string, string | boolean>>());
  return Object.fromEntries(given.filter(([name]) => command.getOptionValueSource(name) === 'cli'));
}

function optionOf(name: string, row: Setting): Option {
  const must = mustOf(row);
  const summary = must === undefined ? row.summary : `${row.summary}; it is ${must}`;
  const option = new Option(flagOf(name, row), summary);
  const variables = [variableOf(name, row), row.secretVariable].filter(Boolean).join(' or ');
  const byDefault = defaultOf(row);
  // Only for the help: the settings read the environment themselves, in their own order.
  const words = [
    ...(byDefault === undefined ? [] : [`default: ${byDefault}`]),
    ...(variables === '' ? [] : [`env: ${variables}`]),
  ].join(', ');
  if (words !== '') option.description += ` (${words})`;
  return option;
}

/** What may be a secret, after `=`, is not repeated. */
function inOneLine(text: string, flags: readonly string[]): string {
  const line = `${text.trimEnd().replaceAll('\n', ' ')}\n`;
  const [, flag] = /unknown option '([^'=]*)/.exec(line) ?? [];
  if (flag === undefined) return line;
  return `error: unknown option '${flag}'.${suggestion(flag, flags, /^--/)}\n`;
}
