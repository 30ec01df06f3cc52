/** Toxics as faults of a scenario: with Toxiproxy's names, fields and units. */
import { z } from 'zod';

import { duration } from './duration';

const ms = z.number().int().min(0).default(0).describe('milliseconds');

/** Every type, and what its attributes become where all times are multiplied by `scale`. */
const TYPES = {
  latency: { latency: ms, jitter: ms },
  bandwidth: { rate: z.number().int().min(0).default(0).describe('KB/s; 0 lets nothing through') },
  slow_close: { delay: ms },
  timeout: { timeout: ms },
  reset_peer: { timeout: ms },
  slicer: {
    average_size: z.number().int().min(1).describe('bytes'),
    size_variation: z.number().int().min(0).default(0).describe('bytes'),
    delay: z.number().int().min(0).default(0).describe('microseconds'),
  },
  limit_data: { bytes: z.number().int().min(0).default(0) },
  noop: {},
} as const;

type ToxicType = keyof typeof TYPES;

const common = {
  at: duration,
  for: duration.optional(),
  kind: z.literal('toxic'),
  between: z.tuple([z.string().min(1), z.string().min(1)]).default(['pi', 'server']),
  stream: z.enum(['upstream', 'downstream']).default('downstream'),
  /** The share of the connections that it befalls. */
  toxicity: z.number().min(0).max(1).default(1),
};

function toxic<Type extends ToxicType>(type: Type) {
  return z.strictObject({
    ...common,
    type: z.literal(type),
    attributes: z.strictObject(TYPES[type]).prefault({} as never),
  });
}

export const toxicSchema = z.discriminatedUnion('type', [
  toxic('latency'),
  toxic('bandwidth'),
  toxic('slow_close'),
  toxic('timeout'),
  toxic('reset_peer'),
  toxic('slicer'),
  toxic('limit_data'),
  toxic('noop'),
]);

export type ToxicFault = Readonly<z.output<typeof toxicSchema>>;

/** A toxic as Toxiproxy is told of it. */
export interface ToxicBody {
  readonly name: string;
  readonly type: ToxicType;
  readonly stream: 'upstream' | 'downstream';
  readonly toxicity: number;
  readonly attributes: Readonly<Record<string, number>>;
}

/** Attributes that are lengths of time; a rate is the inverse of one. */
const TIMES: ReadonlySet<string> = new Set(['latency', 'jitter', 'delay', 'timeout']);

/** The toxic of a fault, with all its times multiplied by `scale`. What is not 0 stays so. */
export function toxicBody(fault: ToxicFault, name: string, scale: number): ToxicBody {
  const { attributes, stream, toxicity, type } = fault;
  const scaled = Object.entries(attributes as Record<string, number>).map(([field, value]) => {
    const factor = TIMES.has(field) ? scale : field === 'rate' ? 1 / scale : 1;
    return [field, value === 0 ? 0 : Math.max(1, Math.round(value * factor))];
  });
  return { name, type, stream, toxicity, attributes: Object.fromEntries(scaled) };
}
