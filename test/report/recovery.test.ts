import { expect } from 'chai';

import { recoveryTable } from '../../src/report/recovery';
import { tableLines } from '../../src/report/table-text';
import { QUANTITIES, type Quantity, type RecoveryRow } from '../../src/sim/recovery-tally';

function row(quantity: Quantity, fault: string, maxMs: number, count = 1): RecoveryRow {
  return { quantity, fault, count, p50Ms: maxMs / 2, p99Ms: maxMs, maxMs, buckets: [] };
}

describe('recoveryTable', () => {
  it('has a row for each quantity and fault, with its bound', () => {
    const { columns, failing, rows } = recoveryTable([
      row('dead_until_noticed', 'silence', 39_960, 12),
      row('downlink_lost', 'reset', 7_260_000),
    ]);
    expect(columns).to.deep.equal(['what', 'fault', 'count', 'p50', 'p99', 'longest', 'bound']);
    expect(rows).to.deep.equal([
      ['dead until noticed', 'silence', '12', '20.0 s', '40.0 s', '40.0 s', 'L2: 40 s'],
      ['sound lost on its way down', 'reset', '1', '1 h 1 min', '2 h 1 min', '2 h 1 min', ''],
      ['microphone wrongly open', 'any fault', '0', '-', '-', '-', 'S7: never'],
    ]);
    expect(failing).to.deep.equal([]);
  });

  it('takes one row for all faults after which something took no time', () => {
    const { rows } = recoveryTable([
      row('connected_until_listening', 'kill', 0, 3),
      row('connected_until_listening', 'reset', 0, 4),
    ]);
    expect(rows[0]?.slice(0, 4)).to.deep.equal([
      'connected until listening',
      'any fault',
      '7',
      '0 ms',
    ]);
  });

  it('says so where a microphone was wrongly open, also for no time at all', () => {
    const { failing, rows } = recoveryTable([
      row('uplink_lost', 'reset', 100),
      row('microphone_open', 'kill', 0),
      row('microphone_open', 'reset', 0),
    ]);
    expect(failing).to.deep.equal([1, 2]);
    expect(rows.map(([, fault]) => fault)).to.deep.equal(['reset', 'kill', 'reset']);
  });

  it('has nothing to say where nothing was lost', () => {
    expect(recoveryTable([]).rows).to.deep.equal([]);
  });
});

describe('tableLines', () => {
  it('aligns the columns, and says once what rows have in common', () => {
    const table = recoveryTable([
      row('uplink_lost', 'reset', 100, 12),
      row('uplink_lost', 'slow_path', 2_000),
      row('microphone_open', 'kill', 1_000),
    ]);
    expect(tableLines(table)).to.deep.equal([
      'Recovery by kind of fault',
      '  what                      fault      count     p50     p99  longest  bound',
      '  sound lost on its way up  reset         12   50 ms  100 ms   100 ms',
      '                            slow_path      1   1.0 s   2.0 s    2.0 s',
      '✗ microphone wrongly open   kill           1  500 ms   1.0 s    1.0 s  S7: never',
    ]);
  });

  it('is nothing without rows', () => {
    expect(tableLines(recoveryTable([]))).to.deep.equal([]);
  });

  it('fits into 100 columns, whatever is measured', () => {
    const DAY_MS = 86_399_000;
    const rows = QUANTITIES.map((each) => row(each, 'upgrade_answered', DAY_MS, 12_345_678));
    for (const line of tableLines(recoveryTable(rows))) expect(line.length).to.be.at.most(100);
  });
});
