import fc from 'fast-check';

import type { FaultKind } from '../sim/network-faults';
import { FAULT_KINDS } from './drawn-faults';

/** The kinds of fault that a run may have, and how often each. */
export type Swarm = readonly { readonly kind: FaultKind; readonly weight: number }[];

/** Weights lie this many doublings apart at the most. */
const DOUBLINGS = 5;

/**
 * Leaves out a random half of the kinds, and draws wild weights for the rest. A run in which
 * everything can happen is one in which no few things happen often: what takes the same fault three
 * times, or no other fault in between, is never seen (Groce et al., "Swarm Testing", 2012).
 */
export const swarm: fc.Arbitrary<Swarm> = fc
  .tuple(
    ...FAULT_KINDS.map((kind) =>
      fc.tuple(fc.constant(kind), fc.boolean(), fc.nat({ max: DOUBLINGS })),
    ),
  )
  .map((drawn) =>
    drawn
      .filter(([, isIn]) => isIn)
      .map(([kind, , doublings]) => ({ kind, weight: 2 ** doublings })),
  );
