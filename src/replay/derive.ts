/**
 * A disconnect of the field, played again.
 *
 *   align             two journals on one time line       window    one disconnect of many
 *   house             what the journals tell, put together by lives and by connections
 *     untold-lives      programs of which the other side alone tells
 *   derive            what must have happened, as a scenario in parts
 *     derive-lives      how programs ended, stalls, clocks, devices
 *     derive-talk       what the engine did in each session
 *       word  servers-word  clients-word
 *     derive-delays     what was slower than usual
 *     derive-ties       what came first of what came at once
 *     derive-incidents  why links ended and dials failed: what may have been behind it
 *       end-of-link  failed-dial  lost-link  lost-alone  misread-messages
 *   fit               how well a run is what the journals tell, and where they part
 *   replay            which of what may have been behind it was: a search
 *     nudges            instants that are moved by some milliseconds
 *     resync            dials when they came in the field
 *   replay-text       what came of it, for a person
 */
import { DEFAULT_DEVICE } from '../protocol';
import type { EventOf, RecordedEvent, Settings } from '../events';
import type { Aligned } from './align';
import type { ScenarioInput } from '../sim/scenario';
import { ms } from '../fuzz/drawn-faults';
import { CLIENT, SERVER, StoryTime, type Acts, type Derivation, type Hosts } from './derivation';
import { delays, latencyOf, passagesOf } from './derive-delays';
import { incidentsOf } from './derive-incidents';
import { ties } from './derive-ties';
import { faultsOfLives, stopsOf } from './derive-lives';
import { conversationsOf } from './derive-talk';
import type { Story } from './nudges';
import { houseOf, PLAIN_TRIPS, type FieldLife, type House } from './house';

/** From the beginning of the fixture's hotword until it is heard. */
const HOTWORD_MS = 780;
/** After the last line of the journals. */
const AFTERWARDS_MS = 1_000;

/** What must have happened, and what may have. */
export function derive(aligned: Aligned): Derivation {
  const house = houseOf(aligned);
  const time = new StoryTime(house.fromMs);
  const passages = passagesOf(house);
  const latencyMs = latencyOf(house, passages);
  return {
    hosts: hostsOf(house, time, latencyMs),
    latencyMs,
    acts: [
      ...actsOf(house, time),
      ...spoken(house, hotwordsMs(house, latencyMs), time),
      ...forgottenActs(house, time, latencyMs),
      ...stopsOf(house, time),
    ],
    faults: [
      ...faultsOfLives(house, time, latencyMs),
      ...delays(house, passages, latencyMs, time),
      ...ties(house, latencyMs, time),
    ],
    incidents: incidentsOf(house, time, latencyMs),
    fromMs: house.fromMs,
    untilMs: house.untilMs,
    events: house.events,
  };
}

/** The scenario with what was chosen for each incident. */
export function scenarioOf({ chosen, derivation }: Story): ScenarioInput {
  const { acts, faults, fromMs, hosts, latencyMs, untilMs } = derivation;
  const lastsMs = Math.round(untilMs - fromMs) + AFTERWARDS_MS;
  const all = chosen.flatMap((candidate) => candidate.faults);
  const isBefore = ({ at }: { readonly at: string }): boolean => parseInt(at) <= lastsMs;
  return {
    name: 'replay',
    story: 'Derived from the journals of a house.',
    seed: 1,
    hosts,
    latency: ms(latencyMs),
    acts: acts.filter(isBefore),
    faults: [...faults, ...all].filter(isBefore),
    lasts: ms(lastsMs),
  };
}

function hostsOf(house: House, time: StoryTime, latencyMs: number): Hosts {
  return {
    [SERVER]: {
      program: 'server',
      ...startOf(house.server, time, firstServedMs(house)),
      ...settingsOf(house.server),
      conversations: conversationsOf(house, time, latencyMs),
    },
    [CLIENT]: {
      program: 'client',
      ...startOf(house.client, time),
      ...(house.trips > PLAIN_TRIPS ? { tls: true } : {}),
      ...deviceOf(house),
      ...(house.clientEvents.some(({ type }) => type === 'callback.threw')
        ? { listeners: 'throw' as const }
        : {}),
      hotwords: hotwordsMs(house, latencyMs).map((atMs) => time.at(atMs)),
      draws: house.client.map(({ lines }) => drawsOf(lines)),
      ...settingsOf(house.client),
    },
  };
}

function startOf(
  [first]: readonly FieldLife[],
  time: StoryTime,
  latestMs = Infinity,
): Pick<Hosts[string], 'startsAt'> {
  return first === undefined ? {} : { startsAt: time.at(Math.min(first.startedMs, latestMs)) };
}

/** Two clocks may be a little apart, but who was served had somebody to dial. */
function firstServedMs({ links, server: [first] }: House): number {
  const endMs = first?.nextMs ?? Infinity;
  const served = links.filter(({ accepted }) => accepted !== undefined && accepted.atMs < endMs);
  return Math.min(...served.map(({ synMs }) => synMs));
}

/** Those that are about places and names are the simulator's own. */
const OWN = new Set(['serverUrl', 'device', 'token', 'host', 'port']);

function settingsOf(lives: readonly FieldLife[]): { readonly settings?: Settings } {
  const [started] = lives.at(-1)?.lines ?? [];
  if (started?.type !== 'host.started' || started.settings === undefined) return {};
  const kept = Object.entries(started.settings).filter(([name]) => !OWN.has(name));
  return kept.length === 0 ? {} : { settings: Object.fromEntries(kept) };
}

function deviceOf({ serverEvents }: House): { readonly device?: string } {
  const accepted = serverEvents.find(({ type }) => type === 'link.accepted');
  if (accepted?.type !== 'link.accepted' || accepted.device === DEFAULT_DEVICE) return {};
  return { device: accepted.device };
}

const SESSION_NAMES = 2 ** 48;
const UNIT_MS = 1_000;

/** What a program has drawn in one life: a part of each wait, and the name of each session. */
function drawsOf(lines: readonly RecordedEvent[]): number[] {
  return lines.flatMap((line): number[] => {
    if (line.type === 'backoff.scheduled') {
      const jitter = (line.delayMs - 2 ** line.attempt * UNIT_MS + 0.5) / UNIT_MS;
      // A wait at the cap says nothing of what was drawn for it.
      return [jitter >= 0 && jitter < 1 ? jitter : 0.5];
    }
    if (line.type !== 'session.requested') return [];
    const name = /^[0-9a-f]{12}$/.test(line.session) ? parseInt(line.session, 16) : 0;
    return [name / SESSION_NAMES];
  });
}

function actsOf({ clientEvents }: House, time: StoryTime): Acts {
  return clientEvents.flatMap((event): Acts => {
    const atMs = actedMs(clientEvents, event);
    if (event.type === 'button.pressed') {
      return [{ at: time.at(atMs), on: CLIENT, presses: 'button' }];
    }
    if (event.type === 'session.ended' && event.reason === 'microphone_ended') {
      return [{ at: time.at(atMs), on: CLIENT, ends: 'recording' }];
    }
    return [];
  });
}

/** What waited for a program that stood still came before it went on, in the order of its lines. */
function actedMs(events: readonly RecordedEvent[], act: RecordedEvent): number {
  const { atMs } = act;
  const stall = events.find((event) => event.type === 'loop.stalled' && event.atMs === atMs);
  if (stall?.type !== 'loop.stalled') return atMs;
  const lost = events.slice(events.indexOf(act)).find(({ type }) => type === 'link.lost');
  return lost?.atMs === atMs ? atMs - stall.ms + 1 : atMs - 1;
}

/** Whenever the detector has heard it, and what is known of the last second before a power cut. */
function hotwordsMs(house: House, latencyMs: number): number[] {
  const heardMs = house.clientEvents.flatMap((event) =>
    event.type === 'hotword.detected' ? [event.atMs] : [],
  );
  const forgottenMs = forgotten(house, 'hotword').map(({ atMs }) => atMs - latencyMs);
  return [...heardMs, ...forgottenMs].sort((a, b) => a - b);
}

/** A microphone in a silent room gives nothing, and so there is nothing to detect. */
function spoken({ clientEvents }: House, hotwords: readonly number[], time: StoryTime): Acts {
  return hotwords.map((heardMs) => {
    const heard = clientEvents.find(
      ({ atMs, type }) => type === 'hotword.detected' && atMs === heardMs,
    );
    // A word that was heard right after a standstill may have begun before it.
    const atMs = heard === undefined ? heardMs : actedMs(clientEvents, heard);
    return { at: time.at(atMs - HOTWORD_MS), on: CLIENT, says: 'hey-jarvis' };
  });
}

function forgottenActs(house: House, time: StoryTime, latencyMs: number): Acts {
  return forgotten(house, 'button').map(({ atMs }) => ({
    at: time.at(atMs - latencyMs),
    on: CLIENT,
    presses: 'button',
  }));
}

/** What a client did in the last second before a power cut, where the server knows of it. */
function forgotten(
  { clientEvents, serverEvents }: House,
  trigger: 'button' | 'hotword',
): EventOf<'session.requested'>[] {
  const told = new Set(
    clientEvents.flatMap((event) => (event.type === 'session.requested' ? [event.session] : [])),
  );
  return serverEvents.filter(
    (event): event is EventOf<'session.requested'> =>
      event.type === 'session.requested' && event.trigger === trigger && !told.has(event.session),
  );
}
