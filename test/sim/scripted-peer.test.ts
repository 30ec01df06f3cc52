import { expect } from 'chai';

import type { ScenarioInput } from '../../src/sim/scenario';
import type { RunResult } from '../../src/sim/simulation';
import { eventsOf, run, timesOf } from './runs';

type Peer = Extract<NonNullable<ScenarioInput['hosts']>[string], { readonly program: 'peer' }>;

/** A Pi whose server is this peer. */
async function against(does: Peer['does'], story: Partial<ScenarioInput> = {}): Promise<RunResult> {
  const hosts = { server: { program: 'peer', does }, pi: { program: 'client' } } as const;
  const result = await run({ hosts, lasts: '90 s', ...story });
  expect(result.failures, 'failures').to.deep.equal([]);
  return result;
}

/** A server with this peer in the place of its Pi. */
async function at(does: Peer['does']): Promise<RunResult> {
  const hosts = { server: { program: 'server' }, pi: { program: 'peer', does } } as const;
  const result = await run({ hosts });
  expect(result.failures, 'failures').to.deep.equal([]);
  return result;
}

function failuresOf(result: RunResult): readonly string[] {
  return eventsOf(result, 'pi', 'link.failed').map(({ httpStatus, label }) =>
    httpStatus === undefined ? label : `${label} ${httpStatus}`,
  );
}

describe('a scripted server', () => {
  it('accepts and closes, each connection after its time', async () => {
    const result = await against({
      behaviour: 'accepts_and_closes',
      code: 1012,
      lives: ['1 s', '5 s'],
    });
    const losses = eventsOf(result, 'pi', 'link.lost').filter(
      ({ initiator }) => initiator !== 'local',
    );
    expect(losses.slice(0, 3).map(({ upMs }) => upMs)).to.deep.equal([1_000, 5_000, 5_000]);
    expect(new Set(losses.map(({ code }) => code))).to.deep.equal(new Set([1012]));
  });

  it('never welcomes', async () => {
    const result = await against({ behaviour: 'never_welcomes' });
    expect(new Set(failuresOf(result))).to.deep.equal(new Set(['no_welcome']));
    expect(timesOf(result, 'pi', 'link.failed')[0]).to.equal(10_000);
  });

  it('never answers the upgrade', async () => {
    const result = await against({ behaviour: 'never_answers' });
    expect(new Set(failuresOf(result))).to.deep.equal(new Set(['dial_timeout']));
  });

  it('answers upgrades in turn, by a status or an end', async () => {
    const result = await against({
      behaviour: 'answers_upgrade',
      with: [404, 'fin', 'reset', 401],
    });
    expect(failuresOf(result).slice(0, 4)).to.deep.equal([
      ...['http_status 404', 'dial_closed', 'dial_closed', 'auth 401'],
    ]);
  });

  it('breaks off its answers by a reset', async () => {
    const acts = [{ at: '5 s', presses: 'button' }] as const;
    const result = await against(
      { behaviour: 'breaks_off_answers', answersAfter: '2 s', resetsAfter: '1 s' },
      { acts: [...acts] },
    );
    expect(timesOf(result, 'pi', 'playback.started')).to.deep.equal([7_010]);
    const [loss] = eventsOf(result, 'pi', 'link.lost');
    expect(loss).to.include({ label: 'reset', atMs: 8_010 });
  });

  it('talks, and is heard', async () => {
    const says = [
      { at: '1 s', text: 'no JSON' },
      { at: '2 s', bytes: 64, times: 2 },
    ] as const;
    const result = await against({ behaviour: 'talks', says: [...says] });
    const problems = eventsOf(result, 'pi', 'input.rejected').map(({ problem }) => problem);
    expect(problems).to.deep.equal(['malformed_json', 'unexpected_audio', 'unexpected_audio']);
  });
});

describe('a scripted client', () => {
  it('dials and talks', async () => {
    const says = [
      { at: '1 s', text: '[]' },
      { at: '2 s', ping: true },
    ] as const;
    const result = await at({ behaviour: 'dials_and_talks', device: 'odd', says: [...says] });
    expect(eventsOf(result, 'server', 'link.accepted')[0]).to.include({ device: 'odd' });
    const problems = eventsOf(result, 'server', 'input.rejected').map(({ problem }) => problem);
    expect(problems).to.deep.equal(['not_an_object']);
  });

  it('half finishes handshakes, which the server gives up', async () => {
    const result = await at({ behaviour: 'half_finishes_handshakes', count: 2, every: '1 s' });
    const refused = eventsOf(result, 'server', 'link.refused').map(({ reason }) => reason);
    expect(refused).to.deep.equal(['upgrade_timeout', 'upgrade_timeout']);
  });
});
