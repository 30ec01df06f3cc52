import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { changeEnv } from './environment';

/** What `aplay` says once its device is open, and what when that takes our format. */
const OPENED = 'echo "Playing raw data" >&2';
const READY = `${OPENED}; echo "Null PCM" >&2; echo "Its setup is:" >&2`;

/** Shell scripts in the place of `aplay`, each with something that can be wrong with it. */
export const APLAYS = {
  busy: 'echo "aplay: main:831: audio open error: Device or resource busy" >&2; exit 1',
  /** For a minute, so that it leaves even where it is not killed. */
  deaf: `trap "" TERM; ${READY}; for i in $(seq 1200); do read line || sleep 0.05; done`,
  dies: `${READY}; head -c 640 >/dev/null; kill -KILL $$`,
  endsEarly: `${READY}; head -c 640 >/dev/null; exit 0`,
  unfit: `${OPENED}; echo "aplay: set_params:1358: Sample format non available" >&2; exit 1`,
  works: `${READY}; cat >/dev/null; exit 0`,
  wordless: 'exit 1',
} as const;

/** A folder that holds nothing but such an `aplay`. */
export class FakeAplay {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'tars-aplay-'));

  /** The first of `PATH`, until the returned function is called. */
  enter(script: keyof typeof APLAYS): () => void {
    const file = path.join(this.folder, 'aplay');
    const note = `printf '%s\\n' "$@" > ${this.folder}/arguments; env > ${this.folder}/env`;
    writeFileSync(file, `#!/bin/sh\n${note}\n${APLAYS[script]}\n`);
    chmodSync(file, 0o755);
    return changeEnv({ PATH: `${this.folder}:${process.env.PATH}` });
  }

  /** What it was called with, a line each. */
  lines(what: 'arguments' | 'env'): string[] {
    return readFileSync(path.join(this.folder, what), 'utf8').split('\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
