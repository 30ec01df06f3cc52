import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { transpile } from './transpile';
import type { Mutant } from './mutant';

const run = promisify(execFile);

/** A copy of the sources with a mutant in it. */
export interface Planted {
  /** The compiled main file of a program. */
  readonly program: (name: string) => string;
  /** Where programs run; what they write goes with the rest. */
  readonly cwd: string;
  remove(): void;
}

/** A mutant whose patch does not apply, or leaves what is no program. */
export class PlantError extends Error {
  readonly code = 'ZOO_PLANT';
}

const SOURCES = ['src', 'scenarios'] as const;
/** What a compiled program expects beside itself. */
const BESIDES = ['package.json', 'node_modules', 'fixtures'] as const;

/**
 * Copies of the sources in a temporary folder, compiled once, so that of a mutant only the files
 * that it changes are compiled again.
 */
export class Sandbox {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'tars-zoo-'));
  private readonly root: string;

  /** @param root - the folder of the project. */
  constructor(root: string) {
    this.root = root;
  }

  /** Copies and compiles the sources as they are. Called once, before any mutant is planted. */
  prepare(): void {
    const base = this.pathOf('base');
    for (const name of SOURCES) {
      const from = path.join(this.root, name);
      const to = path.join(base, name);
      cpSync(from, to, { recursive: true });
      for (const file of filesIn(to)) this.compile(base, path.join(name, file));
    }
  }

  /** Rejects with {@link PlantError}. */
  async plant(mutant: Mutant): Promise<Planted> {
    const folder = this.pathOf(mutant.id);
    const cwd = path.join(folder, 'run');
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    try {
      cpSync(this.pathOf('base'), folder, { recursive: true });
      await this.apply(mutant, folder);
      for (const file of mutant.changes) this.compile(folder, file);
      for (const name of BESIDES) symlinkSync(path.join(this.root, name), path.join(folder, name));
      mkdirSync(cwd);
    } catch (error) {
      remove();
      throw error;
    }
    const program = (name: string): string => path.join(folder, 'dist', 'src', 'bin', `${name}.js`);
    return { cwd, program, remove };
  }

  /** May be called twice. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pathOf(name: string): string {
    return path.join(this.folder, name);
  }

  private async apply({ file, id }: Mutant, folder: string): Promise<void> {
    try {
      await run('git', ['apply', '--whitespace=nowarn', path.resolve(file)], {
        cwd: folder,
        // Above it there may be a repository, and then paths would be meant from its root.
        env: { ...process.env, GIT_CEILING_DIRECTORIES: this.folder },
      });
    } catch (error) {
      const { stderr = '' } = error as { readonly stderr?: string };
      const why = stderr.trim() || (error as Error).message;
      throw new PlantError(`${id} does not apply to the sources: ${why}`);
    }
  }

  private compile(folder: string, file: string): void {
    const target = path.join(folder, 'dist', file.replace(/\.ts$/, '.js'));
    const source = path.join(folder, file);
    if (!existsSync(source)) throw new PlantError(`${file} is gone`);
    mkdirSync(path.dirname(target), { recursive: true });
    const text = readFileSync(source, 'utf8');
    const { output, problem } = file.endsWith('.ts') ? transpile(file, text) : { output: text };
    if (problem !== undefined) throw new PlantError(`${file} does not compile: ${problem}`);
    writeFileSync(target, output);
  }
}

function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}
