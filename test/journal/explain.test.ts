import { expect } from 'chai';

import type { CloseRecord, LinkEvent } from '../../src/events';
import { CAUSES } from '../../src/journal/causes';
import { explain } from '../../src/journal/explain';
import { fieldRecord } from '../../src/journal/field-record';
import type { Cause } from '../../src/journal/signature';
import type { ScenarioInput } from '../../src/sim/scenario';
import {
  causesOf,
  failed,
  journal,
  lost,
  started,
  stopped,
  textOf,
  up,
  WALL_MS,
  type Told,
} from './by-hand';
import { asText, eventsOfRun, journalIn } from './journals';

/** What a link that was up for a minute, and then ended like this, is told to have died of. */
function told(...what: readonly (LinkEvent | Told)[]): readonly string[] {
  const later = what.map((each, index): Told => {
    return Array.isArray(each) ? (each as Told) : [60_000 + index * 3_000, each as LinkEvent];
  });
  const again: Told = [later.reduce((most, [atMs]) => Math.max(most, atMs), 0) + 3_000, up('c9')];
  const lines = journal([0, started], [20, up('c1')], ...later, again);
  return causesOf(explain(fieldRecord(lines)));
}

/** What the first disconnect of a simulated story is taken for, with one journal and with both. */
async function simulated(story: Partial<ScenarioInput>, nth = 0): Promise<readonly string[]> {
  const events = await eventsOfRun({ lasts: '200 s', ...story });
  const pi = journalIn(events, 'pi');
  const server = journalIn(events, 'server');
  return [fieldRecord(pi), fieldRecord(pi, server)].map(
    (record) => causesOf(explain(record))[nth] ?? 'none',
  );
}

const between = ['pi', 'server'] as [string, string];

describe('an account of disconnects', () => {
  describe('names what a story by hand shows', () => {
    const stories: Readonly<Record<string, readonly [readonly (LinkEvent | Told)[], string]>> = {
      'a planned restart': [
        [lost({ label: 'peer_restart', initiator: 'remote', code: 1012 })],
        'server_restart, certain',
      ],
      'a killed server, by the refused dials after the cut': [
        [lost({}), failed('dial_refused')],
        'server_killed, likely',
      ],
      'a network that is down, by the silence and the dials that nobody answers': [
        [lost({ label: 'heartbeat_timeout', sinceInboundMs: 40_000 }), failed('dial_timeout')],
        'network_down, likely',
      ],
      'an own standstill, by the loop that stood': [
        [
          [59_999, { type: 'loop.stalled', ms: 12_000 }],
          lost({ label: 'heartbeat_timeout', sinceInboundMs: 40_000, maxLagMs: 12_000 }),
        ],
        'own_stall, certain',
      ],
      'an own sleep, by the clock that was behind': [
        [
          [59_000, { type: 'clock.stepped', byMs: 600_000 }],
          lost({ label: 'heartbeat_timeout', sinceInboundMs: 40_000 }),
        ],
        'own_sleep, likely',
      ],
      'a proxy, by its 60 seconds': [
        [lost({ label: 'fin', sinceInboundMs: 60_002 })],
        'idle_cut, likely',
      ],
      'a cut of which nothing is known': [[lost({})], 'line_cut, possible'],
      'another process with the same name': [
        [lost({ label: 'replaced', initiator: 'remote', code: 1013 })],
        'two_processes, likely',
      ],
      'a server without a place': [[lost({ label: 'busy', code: 1013 })], 'no_place, certain'],
      'a device that sent too much': [[lost({ label: 'overload' })], 'overload, certain'],
      'a device that was sent away': [[lost({ label: 'policy' })], 'server_sent_away, likely'],
      'bytes that were changed': [[lost({ label: 'protocol_error' })], 'corruption, likely'],
      'a server that just closed': [
        [lost({ label: 'peer_close', initiator: 'remote', code: 1011 })],
        'server_closed, likely',
      ],
      'a slow network, by round trips that had grown': [
        [
          lost({
            ...{ label: 'heartbeat_timeout', sinceInboundMs: 40_000 },
            ...{ rttP50Ms: 20, maxRttMs: 6_000 },
          }),
        ],
        'slow_network, possible',
      ],
      'a token that is not right any more': [[lost({}), failed('auth', 401)], 'auth, certain'],
      'a page for guests': [
        [lost({ label: 'fin' }), failed('http_status', 302)],
        'captive_portal, certain',
      ],
      'a proxy that answers': [[lost({}), failed('http_status', 502)], 'gateway, likely'],
      'a certificate of which the day is past': [
        [lost({}), failed('tls_expired')],
        'tls_expired, certain',
      ],
      'a certificate that nobody vouches for': [[lost({}), failed('tls')], 'tls, likely'],
      'a silence before the cut, by the ping that nobody answered': [
        [lost({ label: 'fin', upMs: 132_800, sinceInboundMs: 12_800, sincePongMs: 42_790 })],
        'network_down, possible',
      ],
      'a connection that somebody has forgotten, by the reset that answers a ping': [
        [lost({ upMs: 120_020, sinceInboundMs: 30_010, sincePongMs: 30_010, maxRttMs: 10 })],
        'idle_forgotten, possible',
      ],
      'bytes that were changed, by an upgrade that is none': [
        [
          lost({ label: 'protocol_error', initiator: 'local' }),
          failed('protocol_error'),
          failed('http_status', 101),
        ],
        'corruption, likely',
      ],
      'bytes of ours that were changed, by what the server could not read': [
        [lost({ label: 'peer_close', initiator: 'remote', code: 1002 })],
        'corruption, likely',
      ],
      'bytes of ours that go on being changed, by what the server answers': [
        [
          lost({ label: 'peer_close', initiator: 'remote', code: 1007 }),
          failed('http_status', 400),
        ],
        'corruption, likely',
      ],
      'a cut shortly before a ping, which no ping has made': [
        [lost({ upMs: 119_969, sinceInboundMs: 29_959, sincePongMs: 29_959, maxRttMs: 10 })],
        'line_cut, possible',
      ],
      'a short sleep, by the cut that comes with the wake': [
        [[60_000, { type: 'clock.stepped', byMs: 22_000 }], lost({ label: 'fin' })],
        'own_sleep, possible',
      ],
      'a server that does not welcome': [
        [lost({ label: 'heartbeat_timeout', sinceInboundMs: 40_000 }), failed('no_welcome')],
        'server_frozen, likely',
      ],
      'a power cut': [
        [[10, { ...started, machine: 'b' } as LinkEvent], failed('dial_unreachable')],
        'own_power_cut, certain',
      ],
      'a crash': [[[70_000, started]], 'own_crash, certain'],
      'a stop': [
        [lost({ label: 'local_shutdown', initiator: 'local' }), stopped, started],
        'own_stop, certain',
      ],
    };
    for (const [name, [what, expected]] of Object.entries(stories)) {
      it(name, () => {
        expect(told(...what)[0]).to.equal(expected);
      });
    }

    it('a boot without names and without a clock', () => {
      const boot = (...labels: readonly Parameters<typeof failed>[0][]) =>
        journal(
          [0, started],
          ...labels.map((label, index): Told => [1_000 + index * 3_000, failed(label)]),
          [40_000, { type: 'clock.stepped', byMs: 86_400_000 }],
          [50_000, up('c3')],
        );
      expect(causesOf(explain(fieldRecord(boot('dns', 'dns'))))).to.deep.equal(['dns, certain']);
      expect(causesOf(explain(fieldRecord(boot('tls_not_yet_valid'))))).to.deep.equal([
        'tls_clock, certain',
      ]);
      expect(causesOf(explain(fieldRecord(boot('dial_refused'))))).to.deep.equal([
        'server_down, likely',
      ]);
    });

    it('what happens over and over with more certainty', () => {
      const often = (record: Partial<CloseRecord>) =>
        causesOf(
          explain(
            fieldRecord(
              journal(
                [0, started],
                ...[1, 2, 3, 4].flatMap((time): Told[] => [
                  [time * 100_000, up(`c${time}`)],
                  [time * 100_000 + 97_000, lost(record, `c${time}`)],
                ]),
                [600_000, up('c9')],
              ),
            ),
          ),
        )[0];
      expect(often({ label: 'reset', sinceInboundMs: 20_010 })).to.equal('idle_cut, certain');
      const silence = { label: 'heartbeat_timeout', sinceInboundMs: 40_000 } as const;
      expect(often(silence)).to.equal('idle_forgotten, likely');
      expect(often({ label: 'replaced' })).to.equal('two_processes, certain');
    });
  });

  describe('names what the simulator has done', () => {
    const host = (name: string) => ({ host: name, for: '12 s', at: '50 s' }) as const;
    const stories: Readonly<Record<string, readonly [Partial<ScenarioInput>, Cause, Cause]>> = {
      'a restart': [
        { faults: [{ kind: 'restart', ...host('server') }] },
        'server_restart',
        'server_restart',
      ],
      'a kill': [
        { faults: [{ kind: 'kill', ...host('server') }] },
        'server_killed',
        'server_killed',
      ],
      'a power cut of the Pi': [
        { faults: [{ kind: 'power_loss', ...host('pi') }] },
        'own_power_cut',
        'own_power_cut',
      ],
      'a power cut of the server, by the reset that answers a ping too late': [
        { faults: [{ kind: 'power_loss', ...host('server') }] },
        'server_power_cut',
        'server_power_cut',
      ],
      'a power cut of the server that the client is the last to know of': [
        { faults: [{ kind: 'power_loss', host: 'server', for: '2 s', at: '62 s' }] },
        'idle_forgotten',
        'server_power_cut',
      ],
      'a way that swallows what the client sends': [
        { faults: [{ kind: 'silence', between, direction: 'upstream', at: '50 s' }] },
        'network_down',
        'network_down',
      ],
      'a crash of the client': [
        { faults: [{ kind: 'kill', ...host('pi') }] },
        'own_crash',
        'own_crash',
      ],
      'a server that stands still, which one journal cannot tell from a dead network': [
        { faults: [{ kind: 'pause', host: 'server', for: '50 s', at: '50 s' }] },
        'network_down',
        'server_frozen',
      ],
      'a client that stands still': [
        { faults: [{ kind: 'pause', host: 'pi', for: '80 s', at: '50 s' }] },
        'own_stall',
        'own_stall',
      ],
      'a client that sleeps': [
        { faults: [{ kind: 'suspend', host: 'pi', for: '90 s', at: '50 s' }] },
        'own_sleep',
        'own_sleep',
      ],
      'an outage': [
        { faults: [{ kind: 'outage', between, for: '60 s', at: '50 s' }] },
        'network_down',
        'network_down',
      ],
      'a router that resets what is idle': [
        {
          faults: [
            {
              kind: 'idle_timeout',
              after: '20 s',
              how: 'reset',
              between,
              for: '20 min',
              at: '0 s',
            },
          ],
          lasts: '20 min',
        },
        'idle_cut',
        'idle_cut',
      ],
      'a name that cannot be looked up at boot': [
        { faults: [{ kind: 'dns', host: 'pi', code: 'EAI_AGAIN', for: '40 s', at: '0 s' }] },
        'dns',
        'dns',
      ],
      'a page for guests at boot': [
        { faults: [{ kind: 'upgrade_answered', status: 302, between, for: '40 s', at: '0 s' }] },
        'captive_portal',
        'captive_portal',
      ],
    };
    for (const [name, [story, alone, both]] of Object.entries(stories)) {
      it(name, async () => {
        const causes = (await simulated(story)).map((each) => each.split(',')[0]);
        expect(causes).to.deep.equal([alone, both]);
      });
    }
  });

  it('finds no disconnect in a life without faults, and says so', async () => {
    const account = explain(fieldRecord(journalIn(await eventsOfRun(), 'pi')));
    expect(account.explanations).to.deep.equal([]);
    expect(account.uptime).to.equal(1);
    expect(textOf(account)).to.match(/The link was never lost\./);
  });

  it('counts from the last sign of the server how long nobody was there', () => {
    const silence = lost({ label: 'heartbeat_timeout', sinceInboundMs: 40_000 });
    const lines = journal(
      ...([
        [0, started],
        [0, up('c1')],
        [100_000, silence],
      ] as Told[]),
      [100_000, { type: 'session.ended', session: 's1', reason: 'link_lost' }],
      [105_000, up('c2')],
      [200_000, lost({ rttP50Ms: 12, maxRttMs: 80 }, 'c2')],
      [210_000, up('c3')],
      [220_000, { type: 'cue.played', cue: 'listening' }],
    );
    const account = explain(fieldRecord(lines));
    expect(account.explanations.map(({ deafMs }) => deafMs)).to.deep.equal([45_000, 10_000]);
    expect(account).to.deep.include({
      sessionsLost: 1,
      uptime: 1 - 55_000 / 220_000,
      byLabel: { heartbeat_timeout: 1, reset: 1 },
      rtt: { p50Ms: 12, maxMs: 80 },
    });
    expect(account.worst?.deafMs).to.equal(45_000);
  });

  it('knows that something else has refused, where the server was there', async () => {
    const events = await eventsOfRun({
      faults: [{ kind: 'proxy_down', between, for: '12 s', at: '30 s' }],
    });
    const record = fieldRecord(journalIn(events, 'pi'), journalIn(events, 'server'));
    const account = explain(record);
    expect(causesOf(account)).to.deep.equal(['line_cut, likely']);
    expect(textOf(account)).to.match(/To do: Look at what lies between the two/);
    const alone = explain(fieldRecord(journalIn(events, 'pi')));
    expect(causesOf(alone)).to.deep.equal(['server_killed, likely']);
  });

  it('tells what began at a time of day or later, by what the whole journal shows', () => {
    const replaced = lost({ label: 'replaced', initiator: 'remote' });
    const lines = journal(
      ...([
        [0, started],
        [0, up('c1')],
        [100_000, replaced],
        [160_000, up('c2')],
        [200_000, { ...replaced, connection: 'c2' }],
        [260_000, up('c3')],
      ] as Told[]),
    );
    const account = explain(fieldRecord(lines), WALL_MS + 150_000);
    expect(account.explanations.map(({ number }) => number)).to.deep.equal([2]);
    expect(causesOf(account)).to.deep.equal(['two_processes, certain']);
    expect(account).to.include({ fromMs: 160_000, toMs: 260_000, uptime: 0.4 });
  });

  it('finds the period of what comes at fixed times, and none in what does not', () => {
    const at = (times: readonly number[]) =>
      explain(
        fieldRecord(
          journal(
            [0, started],
            ...times.flatMap((atMs, index): Told[] => [
              [atMs - 20_000, up(`c${index}`)],
              [atMs, lost({}, `c${index}`)],
            ]),
            [1e6, up('c9')],
          ),
        ),
      ).period;
    expect(at([60_000, 120_400, 180_100, 240_000, 299_800])).to.deep.equal({
      everyMs: 59_800,
      withinMs: 1_196,
      count: 5,
    });
    expect(at([60_000, 90_000, 180_100, 300_000, 900_000])).to.equal(undefined);
  });

  it('has no cause without a title, something to do, and another name', () => {
    const all = Object.values(CAUSES);
    expect(new Set(all.map(({ title }) => title)).size).to.equal(all.length);
    for (const { advice, adviceOnBoth = advice, title } of all) {
      expect(title.length).to.be.at.most(74);
      expect(advice).to.match(/^[A-Z].*[.)]$/);
      expect(adviceOnBoth).to.match(/^[A-Z].*[.)]$/);
    }
  });

  it('reads a journal of any order of lines without failing', () => {
    const lines = journal([0, started], [5, lost({})], [6, failed('dns')], [7, up('c1')]);
    expect(() => explain(fieldRecord(lines))).not.to.throw();
    expect(asText(lines.lines)).to.have.length.greaterThan(10);
  });
});
