/** A journal in a folder of its own, on a time that a test moves. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { JournalFile, type JournalFileOptions } from '../../src/adapters/journal-file';
import type { LinkEvent } from '../../src/events';
import { fakeTime } from '../fake-time';
import { SickDisk } from './sick-disk';

export type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/** 2026-01-01T00:00:00Z. */
export const WALL_EPOCH_MS = 1_767_225_600_000;
export const LIFE = { program: 'client', server: 'tars:8765', machine: 'm1', version: 1 } as const;

/** A bound for a loaded machine, not an expectation. */
const PATIENCE_MS = 20_000;

export class JournalBench {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'journal-'));
  readonly path = path.join(this.folder, 'journal.jsonl');
  readonly disk = new SickDisk();
  readonly told: string[] = [];
  private readonly time = fakeTime();

  open(options: Partial<JournalFileOptions> = {}): JournalFile {
    const wallTime = (): number => WALL_EPOCH_MS + this.time.time.now;
    return new JournalFile({
      ...{ path: this.path, limitBytes: 10_000_000, fs: this.disk.fs, life: LIFE },
      ...{ host: 'kitchen', secrets: [], clock: { ...this.time.clock, wallTime } },
      onFailed: ({ message }) => this.told.push(message),
      onRecovered: () => this.told.push('recovered'),
      ...options,
    });
  }

  /** A life with these events, from its start to its end. */
  async live(...events: readonly LinkEvent[]): Promise<void> {
    const journal = this.open();
    for (const event of events) journal.emit(event);
    await journal.close();
  }

  pass(ms: number): void {
    this.time.time.tick(ms);
  }

  /** Lets time pass until something is so; what the disk does takes time of its own. */
  async passUntil(isSo: () => boolean, stepMs = 100): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error('It never came to be so.');
      this.pass(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Of both files, the older one first. */
  lines(): Line[] {
    return [`${this.path}.1`, this.path].flatMap((file) => linesOf(file));
  }

  types(): string[] {
    return this.lines().map(({ type }) => type);
  }

  async remove(): Promise<void> {
    await this.disk.closeAll();
    rmSync(this.folder, { recursive: true });
  }
}

export function linesOf(file: string): Line[] {
  return textOf(file)
    .split('\n')
    .slice(0, -1) // A line may be on its way.
    .map((line) => JSON.parse(line) as Line);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // There is none yet.
  }
}
