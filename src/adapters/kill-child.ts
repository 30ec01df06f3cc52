import type { ChildProcess } from 'node:child_process';

/**
 * Sends a signal to a child, if it was ever started. Of one that was not, for want of descriptors,
 * Node knows no number and would signal whatever lies in its memory: a stranger, or all of our own
 * group.
 */
export function killChild(child: ChildProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child?.pid !== undefined) child.kill(signal);
}
