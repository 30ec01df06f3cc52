/**
 * Every fault that a scenario can have, and what carries it out.
 *
 *   at a proxy      toxic (every one of Toxiproxy's), proxy_down
 *   on the path     latency, outage, silence, lost_dials, reset, close
 *   at a dial       refused, unreachable, dns
 *   at a host       power_loss, kill, restart, pause, suspend, wall_step
 *   at a device     microphone_fails, speaker_fails
 *
 * `between` names the client's host first: `upstream` is from it to the other, `downstream` back
 * (Toxiproxy's words). A fault that lasts has `for`; without it, it lasts until the run heals the
 * world.
 */
import { z } from 'zod';

import { duration } from './duration';
import { toxicSchema, type ToxicFault } from './toxics';

const host = z.string().min(1);
const between = z.tuple([host, host]).default(['pi', 'server']);
const direction = z.enum(['both', 'upstream', 'downstream']).default('both');
const at = duration;
const lasting = { at, for: duration.optional() };

export const faultSchema = z.discriminatedUnion('kind', [
  /** A toxic of the Toxiproxy between the two hosts, which stands there for its sake. */
  toxicSchema,
  /** That proxy refuses dials, and has closed its connections. */
  z.strictObject({ ...lasting, kind: z.literal('proxy_down'), between }),
  /** Every byte arrives this much later, in order; a dial takes three halves of it each way. */
  z.strictObject({ ...lasting, kind: z.literal('latency'), between, direction, oneWay: duration }),
  /** Nothing passes; TCP lives on and sends again, at its own growing intervals. */
  z.strictObject({ ...lasting, kind: z.literal('outage'), between, direction }),
  /**
   * The router forgets the connections that are open now: half-open links. New ones are not
   * affected.
   */
  z.strictObject({ at, kind: z.literal('silence'), between, direction }),
  /** Dials are never answered; what is connected already is not affected. */
  z.strictObject({ ...lasting, kind: z.literal('lost_dials'), between }),
  /** Both ends get a RST. */
  z.strictObject({ at, kind: z.literal('reset'), between }),
  /** Both ends get a FIN. */
  z.strictObject({ at, kind: z.literal('close'), between }),
  /** Dials to the host are answered by a RST, as when nothing listens. */
  z.strictObject({ ...lasting, kind: z.literal('refused'), host: host.default('server') }),
  /** Dials from the host fail at once: it has no route. */
  z.strictObject({ ...lasting, kind: z.literal('unreachable'), host: host.default('pi') }),
  /** The host cannot resolve names. */
  z.strictObject({
    ...lasting,
    kind: z.literal('dns'),
    host: host.default('pi'),
    code: z.enum(['EAI_AGAIN', 'ENOTFOUND']).default('EAI_AGAIN'),
  }),
  /** The host vanishes without a word, and starts again afterwards. */
  z.strictObject({ ...lasting, kind: z.literal('power_loss'), host }),
  /** The program is killed and its kernel closes the sockets; it starts again afterwards. */
  z.strictObject({ ...lasting, kind: z.literal('kill'), host }),
  /** The program is told to stop, as by SIGTERM, and starts again afterwards. */
  z.strictObject({ ...lasting, kind: z.literal('restart'), host }),
  /**
   * The process stands still; its kernel does not. Afterwards expired timers run before sockets.
   */
  z.strictObject({ ...lasting, kind: z.literal('pause'), host }),
  /**
   * The machine sleeps: nothing of it runs, its monotonic time stands still, its network is gone.
   */
  z.strictObject({ ...lasting, kind: z.literal('suspend'), host }),
  /** The microphone is lost, and cannot be opened so many times. */
  z.strictObject({
    at,
    kind: z.literal('microphone_fails'),
    host: host.default('pi'),
    opens: z.number().int().min(0).default(0),
  }),
  /** What the speaker plays at this moment fails. */
  z.strictObject({ at, kind: z.literal('speaker_fails'), host: host.default('pi') }),
  /** The time of day jumps. Monotonic time does not. */
  z.strictObject({
    at,
    kind: z.literal('wall_step'),
    host,
    by: z.number().int().describe('milliseconds; negative goes back'),
  }),
]);

export type Fault = Readonly<z.output<typeof faultSchema>>;
export type FaultInput = Readonly<z.input<typeof faultSchema>>;
export type FaultKind = Fault['kind'];
type FaultOf<Kind extends FaultKind> = Extract<Fault, { readonly kind: Kind }>;

/** Undoes a fault. */
export type Heal = () => void;
export type Direction = 'both' | 'upstream' | 'downstream';

/** What a world must be able to do to carry out faults. The simulation implements it. */
export interface FaultTarget {
  addToxic(fault: ToxicFault): Heal;
  takeProxyDown(from: string, to: string): Heal;
  addLatency(from: string, to: string, direction: Direction, ms: number): Heal;
  cut(from: string, to: string, direction: Direction): Heal;
  loseDials(from: string, to: string): Heal;
  forgetConnections(from: string, to: string, direction: Direction): void;
  resetConnections(from: string, to: string): void;
  closeConnections(from: string, to: string): void;
  refuseDials(host: string): Heal;
  makeUnreachable(host: string): Heal;
  breakDns(host: string, code: string): Heal;
  losePower(host: string): Heal;
  kill(host: string): Heal;
  /** Tells the program to stop; healing starts it again. */
  stop(host: string): Heal;
  pause(host: string): Heal;
  suspend(host: string): Heal;
  failMicrophone(host: string, opens: number): void;
  failSpeaker(host: string): void;
  stepWallClock(host: string, byMs: number): void;
}

type Carriers = {
  readonly [Kind in FaultKind]: (target: FaultTarget, fault: FaultOf<Kind>) => Heal | void;
};

const CARRIERS: Carriers = {
  toxic: (target, fault) => target.addToxic(fault),
  proxy_down: (target, { between: [a, b] }) => target.takeProxyDown(a, b),
  latency: (target, { between: [a, b], direction: way, oneWay }) =>
    target.addLatency(a, b, way, oneWay),
  outage: (target, { between: [a, b], direction: way }) => target.cut(a, b, way),
  silence: (target, { between: [a, b], direction: way }) => target.forgetConnections(a, b, way),
  lost_dials: (target, { between: [a, b] }) => target.loseDials(a, b),
  reset: (target, { between: [a, b] }) => target.resetConnections(a, b),
  close: (target, { between: [a, b] }) => target.closeConnections(a, b),
  refused: (target, fault) => target.refuseDials(fault.host),
  unreachable: (target, fault) => target.makeUnreachable(fault.host),
  dns: (target, fault) => target.breakDns(fault.host, fault.code),
  power_loss: (target, fault) => target.losePower(fault.host),
  kill: (target, fault) => target.kill(fault.host),
  restart: (target, fault) => target.stop(fault.host),
  pause: (target, fault) => target.pause(fault.host),
  suspend: (target, fault) => target.suspend(fault.host),
  microphone_fails: (target, fault) => target.failMicrophone(fault.host, fault.opens),
  speaker_fails: (target, fault) => target.failSpeaker(fault.host),
  wall_step: (target, fault) => target.stepWallClock(fault.host, fault.by),
};

/** Puts a fault into the world; what comes back undoes it, where there is something to undo. */
export function inflict(target: FaultTarget, fault: Fault): Heal | undefined {
  const carry = CARRIERS[fault.kind] as (target: FaultTarget, fault: Fault) => Heal | void;
  return carry(target, fault) ?? undefined;
}

/** Faults that a link has to work under as if there were none. */
export const HARMLESS: ReadonlySet<string> = new Set<FaultKind>([
  'latency',
  'microphone_fails',
  'speaker_fails',
  'wall_step',
]);
