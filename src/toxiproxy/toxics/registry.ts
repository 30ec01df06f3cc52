/** Every kind of toxic there is. A new one is a file beside this one, and a line here. */
import type { ToxicKind } from '../toxic';
import { bandwidth } from './bandwidth';
import { latency } from './latency';
import { limitData } from './limit-data';
import { noop } from './noop';
import { resetPeer } from './reset-peer';
import { slicer } from './slicer';
import { slowClose } from './slow-close';
import { timeout } from './timeout';

const KINDS: readonly ToxicKind[] = [
  bandwidth,
  latency,
  limitData,
  noop,
  resetPeer,
  slicer,
  slowClose,
  timeout,
];

const BY_TYPE: ReadonlyMap<string, ToxicKind> = new Map(KINDS.map((kind) => [kind.type, kind]));

export function kindOf(type: string): ToxicKind | undefined {
  return BY_TYPE.get(type);
}
