import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const LETTERS = 12;

/**
 * A name for this start of the machine: the same for every program until it is started anew, and
 * then another one. It tells nothing else of the machine.
 */
export function machineStart(file = BOOT_ID): string {
  return createHash('sha256').update(bootId(file)).digest('hex').slice(0, LETTERS);
}

/**
 * Where the system has no name for it, the minute in which it was started. That may change with the
 * time of day: then two lives of one start look like those of two, and are not compared.
 */
function bootId(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const startedS = Date.now() / 1_000 - uptime();
    return `minute ${Math.round(startedS / 60)}`;
  }
}
