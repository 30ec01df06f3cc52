/**
 * Every fault that a scenario can have, and what carries it out.
 *
 *   at a proxy      toxic (every one of Toxiproxy's), proxy_down
 *   on the path     latency, slow_path, outage, silence, lost_dials, corruption, reset, close
 *   a box on it     idle_timeout, upgrade_answered
 *   at a dial       refused, unreachable, dns, tls
 *   at a host       power_loss, kill, restart, pause, suspend, wall_step
 *   at a device     microphone_fails, speaker_fails
 *
 * `between` names the client's host first: `upstream` is from it to the other, `downstream` back
 * (Toxiproxy's words). A fault that lasts has `for`; without it, it lasts until the run heals the
 * world.
 */
import { z } from 'zod';

import { duration } from './duration';
import type { Forgetting } from './idle-timeout';
import { TLS_CODES, type TlsCode } from './tls-handshake';
import { toxicSchema, type ToxicFault } from './toxics';

const host = z.string().min(1);
const between = z.tuple([host, host]).default(['pi', 'server']);
const direction = z.enum(['both', 'upstream', 'downstream']).default('both');
const at = duration;
const lasting = { at, for: duration.optional() };
/** Connections that were opened before this instant alone; without it, all of them. */
const openedBefore = duration.optional();

export const faultSchema = z.discriminatedUnion('kind', [
  /** A toxic of the Toxiproxy between the two hosts, which stands there for its sake. */
  toxicSchema,
  /** That proxy refuses dials, and has closed its connections. */
  z.strictObject({ ...lasting, kind: z.literal('proxy_down'), between }),
  /** Every byte arrives this much later, in order; a dial takes three halves of it each way. */
  z.strictObject({ ...lasting, kind: z.literal('latency'), between, direction, oneWay: duration }),
  /**
   * One byte after the other, at most so many of payload a second, first come, first served. What
   * waits is in the send buffers of those who write, which so feel that they write too fast.
   */
  z.strictObject({
    ...lasting,
    kind: z.literal('slow_path'),
    between,
    direction,
    bytesPerSecond: z.number().positive(),
  }),
  /** Nothing passes; TCP lives on and sends again, at its own growing intervals. */
  z.strictObject({ ...lasting, kind: z.literal('outage'), between, direction }),
  /**
   * The router forgets the connections that are open now: half-open links. New ones are not
   * affected.
   */
  z.strictObject({ at, kind: z.literal('silence'), between, direction, openedBefore }),
  /** Dials are never answered; what is connected already is not affected. */
  z.strictObject({ ...lasting, kind: z.literal('lost_dials'), between }),
  /**
   * Bytes are changed, and no checksum notices: one in `every`, exactly so far apart (`fixed`) or
   * from 1 to twice as far (`drawn`).
   */
  z.strictObject({
    ...lasting,
    kind: z.literal('corruption'),
    between,
    direction,
    every: z.number().int().min(1).describe('bytes'),
    spread: z.enum(['fixed', 'drawn']).default('drawn'),
  }),
  /**
   * A router or proxy forgets connections, those of before too, that are idle for so long. Nothing
   * of them passes any more (`silence`), or whoever sends next gets a RST (`reset`), or both ends
   * get a FIN at once (`close`). What is forgotten stays so when the fault is over.
   */
  z.strictObject({
    ...lasting,
    kind: z.literal('idle_timeout'),
    between,
    after: duration,
    how: z.enum(['silence', 'reset', 'close']),
  }),
  /**
   * A box takes the dials, and answers each upgrade with this status of HTTP: a proxy whose server
   * is away (502, 503), a wrong token (401), the login `page` of a captive portal (200, 302). What
   * is connected lives on. A TLS dial fails by the name in the box's certificate.
   */
  z.strictObject({
    ...lasting,
    kind: z.literal('upgrade_answered'),
    between,
    status: z.int().min(200).max(599),
    page: z.url().default('http://portal.example/login'),
  }),
  /** Both ends get a RST; or that at the end of the direction, and the other finds out later. */
  z.strictObject({ at, kind: z.literal('reset'), between, direction, openedBefore }),
  /** Both ends get a FIN, or one of them, as with `reset`. */
  z.strictObject({ at, kind: z.literal('close'), between, direction, openedBefore }),
  /** Dials to the host are answered by a RST, as when nothing listens. */
  z.strictObject({ ...lasting, kind: z.literal('refused'), host: host.default('server') }),
  /** The host has no route: its dials fail at once, and what it sends over a link is lost. */
  z.strictObject({ ...lasting, kind: z.literal('unreachable'), host: host.default('pi') }),
  /** The host cannot resolve names. */
  z.strictObject({
    ...lasting,
    kind: z.literal('dns'),
    host: host.default('pi'),
    code: z.enum(['EAI_AGAIN', 'ENOTFOUND']).default('EAI_AGAIN'),
  }),
  /**
   * TLS handshakes of dials from the first host to the other fail with this code of Node's. A wrong
   * clock needs no fault of its own: see `wall_step`.
   */
  z.strictObject({ ...lasting, kind: z.literal('tls'), between, code: z.enum(TLS_CODES) }),
  /** The host vanishes without a word, and starts again afterwards. */
  z.strictObject({ ...lasting, kind: z.literal('power_loss'), host }),
  /** The program is killed and its kernel closes the sockets; it starts again afterwards. */
  z.strictObject({ ...lasting, kind: z.literal('kill'), host }),
  /** The program is told to stop, as by SIGTERM, and starts again afterwards. */
  z.strictObject({ ...lasting, kind: z.literal('restart'), host }),
  /**
   * The process stands still; its kernel does not. Afterwards expired timers run before sockets.
   * To the program a blocked event loop is the same thing, so that has no fault of its own.
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
  /**
   * The time of day jumps. Monotonic time does not. TLS dials fail while it lies outside the
   * validity of the server's certificate.
   */
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

/** Which bytes are changed; see the fault. */
export type CorruptionSpec = Pick<FaultOf<'corruption'>, 'every' | 'spread'>;

/** What a world must be able to do to carry out faults. The simulation implements it. */
export interface FaultTarget {
  addToxic(fault: ToxicFault): Heal;
  takeProxyDown(from: string, to: string): Heal;
  addLatency(from: string, to: string, direction: Direction, ms: number): Heal;
  limitRate(from: string, to: string, direction: Direction, bytesPerSecond: number): Heal;
  cut(from: string, to: string, direction: Direction): Heal;
  loseDials(from: string, to: string): Heal;
  forgetConnections(from: string, to: string, direction: Direction, openedBefore?: number): void;
  corrupt(from: string, to: string, direction: Direction, corruption: CorruptionSpec): Heal;
  forgetIdle(from: string, to: string, afterMs: number, how: Forgetting): Heal;
  answerDials(from: string, to: string, status: number, page: string): Heal;
  failTls(from: string, to: string, code: TlsCode): Heal;
  resetConnections(from: string, to: string, direction: Direction, openedBefore?: number): void;
  closeConnections(from: string, to: string, direction: Direction, openedBefore?: number): void;
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
  slow_path: (target, { between: [a, b], bytesPerSecond, direction: way }) =>
    target.limitRate(a, b, way, bytesPerSecond),
  outage: (target, { between: [a, b], direction: way }) => target.cut(a, b, way),
  silence: (target, { between: [a, b], direction: way, openedBefore: before }) =>
    target.forgetConnections(a, b, way, before),
  lost_dials: (target, { between: [a, b] }) => target.loseDials(a, b),
  corruption: (target, { between: [a, b], direction: way, ...spec }) =>
    target.corrupt(a, b, way, spec),
  idle_timeout: (target, { after, between: [a, b], how }) => target.forgetIdle(a, b, after, how),
  upgrade_answered: (target, { between: [a, b], page, status }) =>
    target.answerDials(a, b, status, page),
  tls: (target, { between: [a, b], code }) => target.failTls(a, b, code),
  reset: (target, { between: [a, b], direction: way, openedBefore: before }) =>
    target.resetConnections(a, b, way, before),
  close: (target, { between: [a, b], direction: way, openedBefore: before }) =>
    target.closeConnections(a, b, way, before),
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
  'microphone_fails',
  'speaker_fails',
  'wall_step',
]);
