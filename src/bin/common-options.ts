/** What both programs can be told. */
import { LOG_FORMATS, LOG_LEVELS } from '../adapters/event-log';
import type { SettingsTable } from './setting';
import { file, oneOf, size, text, toggle } from './setting-kind';

/** Two files of half of it, each with room for what is written at once. */
const LEAST_JOURNAL_BYTES = 200_000;

export const COMMON_OPTIONS = {
  events: {
    summary: 'writes every event to FILE as well, as JSON Lines, for looking into a run',
    kind: file(),
  },
  journal: {
    summary: 'keeps what happens in FILE and FILE.1, over restarts; off: does not',
    kind: { ...text('<file|off>'), must: 'the name of a file, or off' },
    default: 'off',
  },
  journalLimit: {
    summary: 'what the two files of the journal may take together; then the older one is dropped',
    kind: size(LEAST_JOURNAL_BYTES),
    default: '10MB',
  },
  logFormat: {
    summary: 'how the log is written; auto: for a person on a terminal, else as JSON',
    kind: oneOf(...LOG_FORMATS),
    default: 'auto',
  },
  logLevel: {
    summary: 'the least that the log tells',
    kind: oneOf(...LOG_LEVELS),
    default: 'info',
  },
  config: {
    summary: 'a file of settings in TOML, for what neither a flag nor a variable sets',
    kind: file(),
    from: 'flag_or_variable',
  },
  printConfig: {
    summary: 'prints every setting, and where it comes from, and ends',
    kind: toggle(),
    default: false,
    from: 'flag',
  },
} as const satisfies SettingsTable;
