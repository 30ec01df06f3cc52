import { simulate } from '../sim/simulation';

import { scenario, type ScenarioInput } from '../sim/scenario';

/**
 * A scenario that has to fail, because an alarm that has gone dead would let anything pass. Its
 * client waits for a tenth of what it should, so S1 must break; and its expectation cannot hold.
 */
const CANARY = scenario({
  name: 'canary',
  story: 'A client that hammers a server which wants nobody: the alarms have to go off.',
  hosts: {
    server: { program: 'peer', does: { behaviour: 'answers_upgrade', with: ['fin'] } },
    pi: { program: 'client', settings: { backoffUnitMs: 100 } },
  },
  lasts: '10 s',
  expect: [{ that: 'what cannot be', check: 'count', of: { type: 'link.connected' }, atLeast: 1 }],
});

const ALARMS = ['S1', 'expectation'] as const;

/** Runs the canary. Returns the alarms that stayed silent: none, if all went off as they must. */
export async function deadAlarms(
  seed: number,
  canary: ScenarioInput = CANARY,
): Promise<readonly string[]> {
  const { failures, passed } = await simulate(canary, { seed });
  const rung = new Set(failures.map(({ kind }) => kind));
  const silent = ALARMS.filter((alarm) => !rung.has(alarm));
  return passed ? [...ALARMS] : silent;
}
