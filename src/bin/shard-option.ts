import { InvalidArgumentError } from 'commander';

import type { Shard } from '../runner/plan';

/** For `--shard 2/5`: the second of five parts. */
export function toShard(text: string): Shard {
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) {
    return { index, count };
  }
  throw new InvalidArgumentError('It must be like 2/5: the second of five parts.');
}
