import fc from 'fast-check';

import { DEFAULT_DEVICE } from '../protocol';
import type { ScenarioInput } from '../sim/scenario';
import { drawEngine } from './drawn-engine';
import { drawGuest } from './drawn-guest';
import { drawStranger } from './drawn-stranger';

export type Hosts = NonNullable<ScenarioInput['hosts']>;

export const SERVER = 'server';
const STRANGE = 'strange';

/** Often enough to meet everything else, and not so often as to hide what is without it. */
const aQuarter = fc.constantFrom(true, false, false, false);

/** The clients of ours among these hosts. */
export function clientsOf(hosts: Hosts): string[] {
  return Object.keys(hosts).filter((name) => hosts[name]?.program === 'client');
}

/** Each client of ours, and the server that it dials. */
export function linksOf(hosts: Hosts): (readonly [client: string, server: string])[] {
  return Object.entries(hosts).flatMap(([name, host]) =>
    host.program === 'client' ? [[name, host.server ?? SERVER] as const] : [],
  );
}

/** Whether two clients have one name at one server, and so replace each other for ever. */
export function isFight({ other }: Hosts): boolean {
  if (other?.program !== 'client') return false;
  return other.device === undefined && other.server === undefined;
}

/** A house: the server, a Pi, and now and then another one, or somebody's own program. */
export function drawHosts(): fc.Arbitrary<Hosts> {
  return fc
    .record({
      // Half of the time the parrot.
      engine: fc.option(drawEngine(), { nil: undefined, freq: 2 }),
      tls: fc.boolean(),
      echo: aQuarter,
      acknowledge: aQuarter,
      asksForTokens: aQuarter,
      listeners: fc.constantFrom('quiet', 'quiet', 'quiet', 'quiet', 'throw', 'reject'),
      // Alone, beside another device, in a fight with one that has its name, or beside one that
      // dials what is no server of ours.
      other: fc.constantFrom('none', 'none', 'none', 'hall', 'same', STRANGE, STRANGE, STRANGE),
      stranger: drawStranger(),
      guest: fc.option(drawGuest(), { nil: undefined, freq: 5 }),
    })
    .map((drawn): Hosts => {
      const { asksForTokens, engine, guest, other, stranger } = drawn;
      const client = clientOf(drawn);
      const server = {
        program: 'server' as const,
        ...(engine === undefined ? {} : { engine }),
        ...(asksForTokens ? { tokens: TOKENS } : {}),
      };
      return {
        [SERVER]: server,
        ...(other === STRANGE ? { [STRANGE]: stranger } : {}),
        pi: client,
        ...(other === 'none' ? {} : { other: { ...client, ...ASIDE[other] } }),
        ...(guest === undefined ? {} : { guest }),
      };
    });
}

/** Everybody who lives here has a token, and no guest. */
const TOKEN = 'of-the-house';
const TOKENS = [DEFAULT_DEVICE, 'hall'].map((device) => ({ device, token: TOKEN }));

/** How the other client differs from the first. */
const ASIDE = {
  hall: { device: 'hall' },
  same: {},
  [STRANGE]: { server: STRANGE },
} as const;

interface Drawn {
  readonly acknowledge: boolean;
  readonly asksForTokens: boolean;
  readonly echo: boolean;
  readonly listeners: 'quiet' | 'throw' | 'reject';
  readonly tls: boolean;
}

function clientOf({ acknowledge, asksForTokens, echo, listeners, tls }: Drawn) {
  return {
    program: 'client' as const,
    tls,
    acoustics: echo ? ('echo' as const) : ('dead' as const),
    ...(asksForTokens ? { token: TOKEN } : {}),
    ...(listeners === 'quiet' ? {} : { listeners }),
    ...(acknowledge ? { settings: { acknowledge } } : {}),
  };
}
