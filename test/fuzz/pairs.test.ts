import { expect } from 'chai';

import type { AnyEvent } from '../../src/events';
import { FAULT_KINDS } from '../../src/fuzz/drawn-faults';
import { Pairs, POSSIBLE_PAIRS } from '../../src/fuzz/pairs';
import { client, connected, recorded, started, type Told } from './events';

const reset = (...hosts: string[]): AnyEvent => ({
  type: 'fault.began',
  fault: 'reset',
  id: 1,
  hosts,
});

function metBy(...events: readonly Told[]): ReadonlySet<string> {
  const met = new Set<string>();
  const pairs = new Pairs((pair) => met.add(pair));
  for (const event of recorded(...events)) pairs.observe(event);
  return met;
}

describe('Pairs', () => {
  it('asks for each fault in each state of link and session, and for what goes together', () => {
    expect(new Set(POSSIBLE_PAIRS).size).to.equal(POSSIBLE_PAIRS.length);
    expect(POSSIBLE_PAIRS.length).to.equal(FAULT_KINDS.length * 10 + 8);
    expect(POSSIBLE_PAIRS).not.to.include('waiting / session active_session');
  });

  it('meets a fault with the states of the client that it befalls, and no other', () => {
    const met = metBy(
      [0, 'pi', started],
      [0, 'hall', started],
      [1, 'pi', connected],
      [2, 'pi', client('active_session')],
      [3, 'world', reset('pi', 'server')],
    );
    expect(met).to.include('reset / link connected').and.include('reset / session active_session');
    expect(met).not.to.include('reset / link waiting');
  });

  it('takes what befalls a server for what befalls all its clients', () => {
    const met = metBy(
      [0, 'pi', started],
      [0, 'hall', started],
      [1, 'pi', connected],
      [3, 'world', reset('server')],
    );
    expect(met).to.include('reset / link connected').and.include('reset / link waiting');
  });

  it('meets states only where a client has settled in them', () => {
    const [first, second, ...rest] = recorded(
      [0, 'pi', started],
      [1, 'pi', client('starting_session')],
      [2, 'pi', connected],
      [3, 'pi', connected],
    );
    const met = new Set<string>();
    const pairs = new Pairs((pair) => met.add(pair));
    // All of one step, at whose end the link is there.
    for (const event of [first, second, rest[0]]) {
      if (event !== undefined) pairs.observe({ ...event, step: 1 });
    }
    if (rest[1] !== undefined) pairs.observe({ ...rest[1], step: 2 });
    expect([...met]).to.deep.equal(['connected / session starting_session']);
  });
});
