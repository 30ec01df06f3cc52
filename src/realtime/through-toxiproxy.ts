import { withHopsOf } from '../sim/hops';
import type { Direction, Fault, FaultKind } from '../sim/network-faults';
import type { Scenario } from '../sim/scenario';
import type { ToxicFault } from '../sim/toxics';

/** Why a scenario is not for this world. */
export interface LeftOut {
  readonly reason: string;
}

/** What a Toxiproxy, or a host of a real world, does in place of a fault; or why nothing can. */
type Stand<Kind extends FaultKind> =
  string | ((fault: Extract<Fault, { readonly kind: Kind }>, scenario: Scenario) => Fault[]);

type Stands = { readonly [Kind in FaultKind]: Stand<Kind> };

const NO_SILENCE = 'Toxiproxy cannot lose what is sent: it holds it, drops it or closes';
const NO_TLS = 'there is no TLS on this loopback';
const ONE_PROCESS = 'both programs share one process, which cannot stand still for one of them';

const STANDS: Stands = {
  toxic: (fault) => [fault],
  proxy_down: (fault) => [fault],
  latency: ({ oneWay, ...fault }) =>
    streamsOf(fault.direction).map((stream) => ({
      ...toxicOf(fault, stream),
      type: 'latency',
      attributes: { latency: oneWay, jitter: 0 },
    })),
  /** What was sent waits and arrives afterwards, as TCP has it where nothing is lost for good. */
  outage: (fault) =>
    streamsOf(fault.direction).map((stream) => ({
      ...toxicOf(fault, stream),
      type: 'bandwidth',
      attributes: { rate: 0 },
    })),
  slow_path: ({ bytesPerSecond, ...fault }) =>
    streamsOf(fault.direction).map((stream) => ({
      ...toxicOf(fault, stream),
      type: 'bandwidth',
      attributes: { rate: Math.max(1, Math.round(bytesPerSecond / 1_000)) },
    })),
  close: ({ at, between }) => [{ kind: 'proxy_down', at, for: 500, between }],
  refused: ({ host, kind: _kind, ...fault }, { hosts }) =>
    Object.entries(hosts).flatMap(([name, spec]): Fault[] =>
      spec.program === 'client' && spec.server === host
        ? [{ ...fault, kind: 'proxy_down', between: [name, host] }]
        : [],
    ),
  kill: (fault) => [fault],
  restart: (fault) => [fault],
  microphone_fails: (fault) => [fault],
  speaker_fails: (fault) => [fault],
  wall_step: (fault) => [fault],
  corruption: 'Toxiproxy changes no bytes',
  idle_timeout: 'Toxiproxy does not ask when something last passed',
  upgrade_answered: 'Toxiproxy knows nothing of HTTP',
  tls: NO_TLS,
  silence: NO_SILENCE,
  lost_dials: NO_SILENCE,
  reset: 'Toxiproxy resets only connections that begin after the toxic',
  unreachable: 'a loopback is always reachable',
  dns: 'the names of a story need no DNS on loopback',
  power_loss: 'a machine cannot lose its power on loopback',
  pause: ONE_PROCESS,
  suspend: ONE_PROCESS,
};

/** The scenario as a Toxiproxy plays it, in either world; or why it cannot. */
export function throughToxiproxy(scenario: Scenario): Scenario | LeftOut {
  const faults: Fault[] = [];
  for (const fault of scenario.faults) {
    const stand = STANDS[fault.kind] as Stand<FaultKind>;
    if (typeof stand === 'string') return { reason: `${fault.kind}: ${stand}` };
    faults.push(...stand(fault as never, scenario));
  }
  const names = new Set<string>();
  for (const [name, spec] of Object.entries(scenario.hosts)) {
    if (spec.program !== 'client') continue;
    if (spec.tls) return { reason: `tls: ${NO_TLS}` };
    names.add(name);
  }
  return withHopsOf({ ...scenario, faults, latency: 0 }, names);
}

function streamsOf(direction: Direction): readonly ('upstream' | 'downstream')[] {
  return direction === 'both' ? ['upstream', 'downstream'] : [direction];
}

function toxicOf(
  { at, between, for: lasts }: Pick<ToxicFault, 'at' | 'between' | 'for'>,
  stream: 'upstream' | 'downstream',
): Pick<ToxicFault, 'at' | 'between' | 'for' | 'kind' | 'stream' | 'toxicity'> {
  const rest = lasts === undefined ? {} : { for: lasts };
  return { kind: 'toxic', at, ...rest, between, stream, toxicity: 1 };
}
