import { expect } from 'chai';
import fc from 'fast-check';

import type { RecordedEvent } from '../../src/events';
import type { Journal } from '../../src/journal/field-record';
import { replay } from '../../src/replay/replay';
import { replayText } from '../../src/replay/replay-text';
import type { FaultInput } from '../../src/sim/network-faults';
import { run } from '../sim/runs';
import { journalsOf } from './journals';

/** One fault each, in the middle of a session or beside it. */
const FAULTS: readonly FaultInput[] = [
  { kind: 'reset', at: '8 s' },
  { kind: 'close', at: '8 s' },
  { kind: 'outage', at: '40 s', for: '50 s' },
  { kind: 'outage', at: '40 s', for: '90 s', direction: 'upstream' },
  { kind: 'outage', at: '40 s', for: '90 s', direction: 'downstream' },
  { kind: 'silence', at: '8 s' },
  { kind: 'silence', at: '8 s', direction: 'downstream' },
  { kind: 'refused', at: '0 ms', for: '20 s' },
  { kind: 'unreachable', at: '0 ms', for: '20 s' },
  { kind: 'dns', at: '0 ms', for: '20 s' },
  { kind: 'lost_dials', at: '0 ms', for: '20 s' },
  { kind: 'upgrade_answered', at: '0 ms', for: '20 s', status: 503 },
  { kind: 'upgrade_answered', at: '0 ms', for: '20 s', status: 401 },
  { kind: 'upgrade_answered', at: '0 ms', for: '20 s', status: 426 },
  { kind: 'latency', at: '3 s', for: '20 s', oneWay: '700 ms' },
  { kind: 'slow_path', at: '3 s', for: '20 s', bytesPerSecond: 20_000 },
  { kind: 'idle_timeout', at: '30 s', for: '60 s', after: '20 s', how: 'close' },
  { kind: 'power_loss', at: '8 s', for: '30 s', host: 'server' },
  { kind: 'power_loss', at: '60 s', for: '30 s', host: 'pi' },
  { kind: 'kill', at: '8 s', for: '10 s', host: 'server' },
  { kind: 'kill', at: '60 s', for: '10 s', host: 'pi' },
  { kind: 'restart', at: '8 s', for: '5 s', host: 'server' },
  { kind: 'restart', at: '8 s', for: '5 s', host: 'pi' },
  { kind: 'pause', at: '20 s', for: '70 s', host: 'server' },
  { kind: 'pause', at: '6 s', for: '4 s', host: 'pi' },
  { kind: 'suspend', at: '20 s', for: '80 s', host: 'pi' },
  { kind: 'microphone_fails', at: '6.5 s', opens: 2 },
  { kind: 'speaker_fails', at: '9 s' },
  { kind: 'wall_step', at: '20 s', host: 'pi', by: 3_600_000 },
  { kind: 'proxy_down', at: '8 s', for: '10 s' },
  {
    ...{ kind: 'toxic', type: 'limit_data', attributes: { bytes: 40_000 }, stream: 'downstream' },
    ...{ at: '3 s', for: '60 s', toxicity: 1 },
  } as FaultInput,
];

/** Several at once, each of a class of its own. */
const SEVERAL: Readonly<Record<string, readonly FaultInput[]>> = {
  'a reset when the power of the client had gone': [
    { kind: 'power_loss', at: '40 s', for: '9 s', host: 'pi' },
    { kind: 'reset', at: '40.5 s' },
  ],
  'a reset before the server stops': [
    { kind: 'reset', at: '40 s', direction: 'downstream' },
    { kind: 'silence', at: '40 s', direction: 'upstream' },
    { kind: 'restart', at: '40.15 s', for: '9 s', host: 'server' },
  ],
  'a dial that finds no route after its first SYN was lost': [
    { kind: 'reset', at: '40 s' },
    { kind: 'lost_dials', at: '40.1 s', for: '3 s' },
    { kind: 'unreachable', at: '42.5 s', for: '8 s', host: 'pi' },
  ],
  'a goodbye that comes late': [
    { kind: 'latency', at: '39.9 s', for: '1 s', oneWay: '3 s', direction: 'upstream' },
    { kind: 'restart', at: '40 s', for: '20 s', host: 'pi' },
  ],
  'a server that is killed after it was told to stop': [
    { kind: 'restart', at: '40 s', for: '9 s', host: 'server' },
    { kind: 'kill', at: '40.001 s', for: '30 s', host: 'server' },
  ],
  'a hotword in the last second before the power goes': [
    { kind: 'power_loss', at: '5.9 s', for: '20 s', host: 'pi' },
  ],
  'a message that never arrives, over a link that lives on for a while': [
    { kind: 'silence', at: '5.79 s', direction: 'downstream' },
  ],
  'a client that is killed when nothing of it arrives any more': [
    { kind: 'silence', at: '39 s', direction: 'upstream' },
    { kind: 'kill', at: '40 s', for: '50 s', host: 'pi' },
  ],
  'a client that is killed and does not come back': [{ kind: 'kill', at: '40 s', host: 'pi' }],
  'a dial whose later SYN finds the server started': [
    { kind: 'kill', at: '40 s', for: '4.5 s', host: 'server' },
    { kind: 'lost_dials', at: '40.1 s', for: '4 s' },
  ],
  'a dial that was upgraded and never heard of it': [
    { kind: 'lost_dials', at: '0 ms', for: '900 ms' },
    { kind: 'silence', at: '1.016 s', direction: 'downstream' },
  ],
  'a power cut of a server in its first second, after a long life': [
    { kind: 'power_loss', at: '60 s', for: '5 s', host: 'server' },
    { kind: 'power_loss', at: '65.5 s', for: '5 s', host: 'server' },
  ],
  'a button that is pressed while the client stands still, and a reset after it': [
    { kind: 'pause', at: '60 s', for: '8 s', host: 'pi' },
    { kind: 'reset', at: '66 s' },
  ],
  'a server whose power goes when it has just welcomed': [
    { kind: 'power_loss', at: '30 ms', for: '20 s', host: 'server' },
  ],
};

describe('a replay', () => {
  for (const [what, faults] of Object.entries(SEVERAL)) {
    it(`comes to the same from both journals after ${what}`, async () => {
      const { fit } = await replay(await journalsOf({ faults: [...faults] }));
      expect(fit.divergence).to.equal(undefined);
    });
  }

  for (const fault of FAULTS) {
    const { kind, ...rest } = fault;
    const how = JSON.stringify(rest);

    it(`comes to the same from both journals after ${kind} ${how}`, async () => {
      const { fit } = await replay(await journalsOf({ faults: [fault] }));
      expect(fit.divergence).to.equal(undefined);
    });

    it(`comes to the same from the client's journal alone after ${kind} ${how}`, async () => {
      const { client } = await journalsOf({ faults: [fault] });
      const { fit } = await replay({ client });
      expect(fit.divergence).to.equal(undefined);
    });
  }

  it('has the same over TLS, with a certificate that is not taken', async () => {
    const story = {
      hosts: { server: { program: 'server' }, pi: { program: 'client', tls: true } },
      faults: [{ kind: 'tls', at: '0 ms', for: '9 s', code: 'CERT_HAS_EXPIRED' }],
    } as const;
    const { fit } = await replay(await journalsOf(story as never));
    expect(fit.divergence).to.equal(undefined);
  });

  it('has two sessions that are asked for in one instant, each with its own answer', async () => {
    const acts = [
      { at: '5 s', presses: 'button' },
      { at: '5 s', presses: 'button' },
      { at: '5 s', presses: 'button' },
      { at: '5.5 s', says: 'what-time-is-it' },
    ] as const;
    const { fit } = await replay(await journalsOf({ acts: [...acts] }));
    expect(fit.divergence).to.equal(undefined);
  });

  it('has what came at once in the order in which it came', async () => {
    const acts = [{ at: '20 s', presses: 'button' }] as const;
    const faults = [
      { kind: 'pause', at: '12 s', for: '9 s', host: 'pi' },
      { kind: 'close', at: '20.5 s' },
    ] as const;
    const { fit } = await replay(await journalsOf({ acts: [...acts], faults: [...faults] }));
    expect(fit.divergence).to.equal(undefined);
  });

  it('tells first that a server was killed, where nothing listened then', async () => {
    const faults: FaultInput[] = [{ kind: 'kill', at: '40 s', for: '9 s', host: 'server' }];
    const { client } = await journalsOf({ faults });
    const { findings } = await replay({ client });
    expect(findings[0]?.chosen.cause).to.equal('the server was killed');
  });

  it('is near in time: every mark within a tenth of a second', async () => {
    const { fit } = await replay(await journalsOf({ faults: [{ kind: 'reset', at: '8 s' }] }));
    expect(Math.max(...fit.offMs.map(Math.abs))).to.be.below(100);
  });

  it('has the names of sessions and the waits between dials that the field had', async () => {
    const journals = await journalsOf({ faults: [{ kind: 'reset', at: '8 s' }] });
    const { events } = await replay(journals);
    const drawn = (lines: Journal['lines'] | typeof events): unknown[] =>
      lines.flatMap((line): unknown[] => {
        if (line.type === 'backoff.scheduled') return [line.delayMs];
        return line.type === 'session.requested' && line.host === 'pi' ? [line.session] : [];
      });
    expect(drawn(events)).to.deep.equal(drawn(journals.client.lines));
    expect(drawn(events)).to.have.length(2);
  });

  it('comes to a scenario that the simulator takes, and in which the same happens', async () => {
    const journals = await journalsOf({
      faults: [{ kind: 'kill', at: '8 s', for: '4 s', host: 'server' }],
    });
    const { scenario } = await replay(journals, { thoroughly: true });
    const { lastEvents } = await run(JSON.parse(JSON.stringify(scenario)) as typeof scenario);
    const losses = lastEvents.filter(({ host, type }) => host === 'pi' && type === 'link.lost');
    expect(losses).to.have.length(2);
  });

  it('needs no more faults than it takes, and says what else it could have been', async () => {
    const { client } = await journalsOf({ faults: [{ kind: 'close', at: '8 s' }] });
    const { findings, scenario } = await replay({ client }, { thoroughly: true });
    expect(scenario.faults).to.have.length(1);
    expect(findings.map(({ others }) => others?.map(({ cause }) => cause))).to.deep.equal([
      ['the server was killed'],
    ]);
  });

  it('takes no more runs than it may', async () => {
    const journals = await journalsOf({ faults: [{ kind: 'reset', at: '8 s' }] });
    const { evaluations } = await replay(journals, { maxEvaluations: 1 });
    expect(evaluations).to.equal(1);
  });

  it('ends, whatever numbers the journals have', async () => {
    const faults: FaultInput[] = [
      { kind: 'upgrade_answered', at: '0 ms', for: '3 s', status: 503 },
      { kind: 'pause', at: '30 s', for: '4 s', host: 'server' },
      { kind: 'wall_step', at: '36 s', by: 5_000, host: 'pi' },
      { kind: 'reset', at: '40 s' },
    ];
    const acts = [{ at: '12 s', says: 'hey-jarvis-what-time-is-it' }] as const;
    const journals = await journalsOf({ acts: [...acts], faults });
    const places = (['client', 'server'] as const).flatMap((whose) =>
      journals[whose].lines.flatMap((line, at) =>
        Object.entries(line)
          .filter(([name, value]) => typeof value === 'number' && !['seq', 'boot'].includes(name))
          .map(([name]) => ({ whose, at, name })),
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.constantFrom(0, 0.5, 1, 101, 1e6, 1e12, 8.64e15),
        async ({ at, name, whose }, value) => {
          const lines = journals[whose].lines.with(at, {
            ...(journals[whose].lines[at] as RecordedEvent),
            [name]: value,
          });
          const odd = { ...journals, [whose]: { ...journals[whose], lines } };
          await replay(odd, { maxEvaluations: 1 }).catch((error: unknown) => {
            expect(error).to.have.property('code', 'REPLAY_TOO_LONG');
          });
        },
      ),
      { numRuns: 150, seed: 7 },
    );
  });

  it('is the same to the byte for the same journals', async () => {
    const journals = await journalsOf({ faults: [{ kind: 'silence', at: '8 s' }] });
    const [one, other] = [await replay(journals), await replay(journals)];
    expect(JSON.stringify(one)).to.equal(JSON.stringify(other));
  });

  it('replays one disconnect of many, as if the programs had begun with that link', async () => {
    const faults: FaultInput[] = [
      { kind: 'reset', at: '40 s' },
      { kind: 'close', at: '100 s' },
    ];
    const replayed = await replay(await journalsOf({ faults }), { incident: 2 });
    expect(replayed.disconnects.map(({ label }) => label)).to.deep.equal(['reset', 'fin']);
    expect(replayed.fit.divergence).to.equal(undefined);
    expect(replayed.findings.map(({ what }) => what)).to.deep.equal(['c2 fin']);
  });

  it('says which disconnects there are, where one is asked for that there is not', async () => {
    const journals = await journalsOf({ faults: [{ kind: 'reset', at: '40 s' }] });
    const error: unknown = await replay(journals, { incident: 3 }).catch((each: unknown) => each);
    expect(error).to.include({ code: 'REPLAY_NO_INCIDENT' });
    expect((error as Error).message).to.equal('There is no disconnect 3, there is 1.');
  });

  it('shows both sides of the first divergence, where it does not come to the same', async () => {
    const { client } = await journalsOf({ faults: [{ kind: 'reset', at: '40 s' }] });
    const lines = client.lines.map((line) =>
      line.type === 'link.lost' && line.label === 'reset'
        ? ({ ...line, label: 'tcp_timeout' } as const)
        : line,
    );
    const replayed = await replay({ client: { ...client, lines } });
    expect(replayed.fit.reproduced).to.equal(false);
    const text = replayText(replayed);
    expect(text).to.include('✗ It did not happen again');
    expect(text).to.include('in the field   lost tcp_timeout network, at 40 s');
    expect(text).to.include('in the field, around it:');
    expect(text).to.match(/in the replay {2}lost/);
  });

  it('makes the best of journals that contradict themselves or have gaps', async () => {
    const { client, server } = await journalsOf({ faults: [{ kind: 'reset', at: '40 s' }] });
    const broken = [
      client.lines.filter((_, index) => index % 3 !== 1),
      client.lines.slice(7),
      client.lines.toReversed(),
      client.lines.map((line) => ({ ...line, atMs: -line.atMs })),
      client.lines.filter(({ type }) => type !== 'host.started'),
      client.lines.slice(0, 1),
    ];
    for (const lines of broken) {
      const { marks } = await replay({ client: { ...client, lines }, server });
      expect(marks).to.be.a('number');
    }
  });
});
