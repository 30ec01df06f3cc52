import { Argument, Command, InvalidArgumentError, Option } from 'commander';

import { addToken, listDevices, removeToken } from '../adapters/token-store';
import { TokenFileError } from '../adapters/token-records';
import { DEVICE_NAME } from '../protocol';
import { UsageError } from './command-line';

export interface TokenCommandOutput {
  /** Takes what was asked for: a token, or names. */
  readonly out: (text: string) => void;
  /** Takes what is said about it. */
  readonly note: (text: string) => void;
}

const STANDARD: TokenCommandOutput = {
  out: (text) => void process.stdout.write(text),
  note: (text) => void process.stderr.write(text),
};

/**
 * The subcommand `token` of the server program: `add`, `list` and `remove`. Its `--tokens` may also
 * be an option of the program that it belongs to. Actions throw a `UsageError`.
 */
export function makeTokenCommand(output: TokenCommandOutput = STANDARD): Command {
  const { note, out } = output;
  const command = new Command('token').description('says which devices may connect');
  command
    .addCommand(subcommand('add', 'gives a device a token, and prints it: it is shown only once'))
    .addCommand(subcommand('list', 'prints the devices that have a token'))
    .addCommand(subcommand('remove', 'takes its token from a device'));
  const [add, list, remove] = command.commands as [Command, Command, Command];
  add
    .addArgument(deviceArgument())
    .option('--replace', 'gives another token to a device that has one')
    .action((device: string) => {
      const { replace } = add.opts<{ readonly replace?: true }>();
      const token = attempt(() => addToken(fileOf(add), device, { replace: replace === true }));
      note(
        `The token of ${device}, for its --token-file or TARS_TOKEN; it is kept nowhere else:\n`,
      );
      out(`${token}\n`);
    });
  list.action(() => {
    const devices = attempt(() => listDevices(fileOf(list)));
    out(devices.map((device) => `${device}\n`).join(''));
  });
  remove.addArgument(deviceArgument()).action((device: string) => {
    attempt(() => removeToken(fileOf(remove), device));
    note(
      `${device} is not let in any more; a running server ends its connection within a minute.\n`,
    );
  });
  return command;
}

function subcommand(name: string, description: string): Command {
  const tokens = new Option('--tokens <file>', 'the file of devices and hashes').env('TARS_TOKENS');
  return new Command(name).description(description).addOption(tokens).exitOverride();
}

function deviceArgument(): Argument {
  return new Argument('<device>', 'what the device calls itself').argParser((text) => {
    if (DEVICE_NAME.test(text)) return text;
    throw new InvalidArgumentError('It must be 1 to 64 of A-Z a-z 0-9 . _ -');
  });
}

function fileOf(command: Command): string {
  const { tokens } = command.optsWithGlobals<{ readonly tokens?: string }>();
  if (tokens === undefined) throw new UsageError('--tokens: which file of devices and hashes?');
  return tokens;
}

function attempt<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof TokenFileError) throw new UsageError(error.message);
    throw error;
  }
}
