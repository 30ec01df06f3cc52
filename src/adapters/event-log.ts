import { createRequire } from 'node:module';

import { pino, type Logger } from 'pino';

import { isDurable, type EventType, type LinkEvent } from '../events';
import type { EventSink, WallClock } from '../ports';
import type { Digest } from './log-digest';
import { HIDDEN, withoutSecrets } from './without-secrets';

const load = createRequire(__filename);

export const LOG_FORMATS = ['auto', 'human', 'json'] as const;
export const LOG_LEVELS = ['info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface EventLogOptions {
  readonly wall: WallClock;
  readonly format: 'human' | 'json';
  readonly level: LogLevel;
  /** Whether lines for a person may have colours. Default false. */
  readonly colors?: boolean;
  /** Takes a line with its line break; must not throw. */
  readonly write: (line: string) => void;
  /** What must never be written, wherever it comes from: tokens, keys. */
  readonly secrets?: readonly string[];
}

/** What somebody has to look into. */
const WARNINGS: ReadonlySet<string> = new Set<EventType | Digest['type']>([
  'heartbeat.timeout',
  'hotword.failed',
  'link.down',
  'link.failed',
  'link.lost',
  'link.refused',
  'loop.stalled',
  'microphone.failed',
  'microphone.overrun',
  'session.rejected',
  'speaker.failed',
  'engine.failed',
]);
/** What somebody has to mend. */
const ERRORS: ReadonlySet<string> = new Set<EventType>(['callback.threw']);

/** Fields that are of use to a program, and only noise to a person who reads along. */
const QUIET: ReadonlySet<string> = new Set(['type', 'machine', 'level', 'time']);
/** No field of ours has one of these names; should one ever, it is not shown. */
const SECRET_FIELDS = [
  'token',
  'accessKey',
  'apiKey',
  'authorization',
  'key',
  'password',
  'secret',
];

const DIGESTS: ReadonlySet<string> = new Set<Digest['type']>([
  'link.down',
  'link.recovered',
  'microphone.recovered',
]);

/** Lines for a person: when, how bad, and what, as `type field=value`; made when first needed. */
const PRETTY = new Map<boolean, (line: string) => string>();

/** Writes what happens as lines, the durable events only, with pino: one line a fact. */
export class EventLog implements EventSink {
  private readonly logger: Logger;

  constructor(options: EventLogOptions) {
    const { level, wall } = options;
    const settings = {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(wall.wallTime()).toISOString()}"`,
      formatters: { level: (label: string) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS, censor: HIDDEN },
    };
    this.logger = pino(settings, {
      write: (line: string) => options.write(asAsked(line, options)),
    });
  }

  emit(event: LinkEvent | Digest): void {
    if (!DIGESTS.has(event.type) && !isDurable(event.type as EventType)) return;
    this.logger[levelOf(event)](rounded(event));
  }

  /** The last words of a program that is about to end because of this. */
  fatal(error: unknown): void {
    const { message, name, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const at = stack.split('\n').filter((line) => /^\s+at /.test(line));
    this.logger.fatal({
      type: 'program.failed',
      error: name,
      message,
      stack: at.map((line) => line.trim()).join(' < '),
    });
  }
}

function levelOf(event: LinkEvent | Digest): 'info' | 'warn' | 'error' {
  if (ERRORS.has(event.type)) return 'error';
  // It is we who have ended it.
  if (event.type === 'link.lost' && event.label === 'local_shutdown') return 'info';
  const isBad = event.type === 'device.chosen' && event.why === 'nothing_works';
  return isBad || WARNINGS.has(event.type) ? 'warn' : 'info';
}

/** A line as pino wrote it, for whoever reads the log, with nothing in it that is secret. */
function asAsked(line: string, { colors = false, format, secrets = [] }: EventLogOptions): string {
  return withoutSecrets(format === 'json' ? line : prettyLine(line, colors), secrets);
}

function prettyLine(line: string, colors: boolean): string {
  const pretty = PRETTY.get(colors) ?? makePretty(colors);
  PRETTY.set(colors, pretty);
  return pretty(line);
}

function makePretty(colorize: boolean): (line: string) => string {
  // Loaded for a person alone: a service has no use for it, nor for its memory.
  const { prettyFactory } = load('pino-pretty') as typeof import('pino-pretty');
  return prettyFactory({
    colorize,
    translateTime: false,
    customPrettifiers: { time: String },
    hideObject: true,
    messageFormat: (fields) => `${String(fields['type'])} ${fieldsOf(fields)}`.trimEnd(),
  }) as (line: string) => string;
}

function fieldsOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([name]) => !QUIET.has(name))
    .map(([name, value]) => `${name}=${inOneWord(String(value))}`)
    .join(' ');
}

/** Labels and numbers are; the text of an error is not. */
function inOneWord(text: string): string {
  return /[\s"]/.test(text) ? JSON.stringify(text) : text;
}

/** A real clock has fractions far below anything that matters here. */
function rounded(event: object): object {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name,
      typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : (value as unknown),
    ]),
  );
}
