/**
 * The simulator as a library, for the tests of other projects: `import { simulate, scenario } from
 * 'tars-link'`, before anything that loads `ws`.
 */
export { simulate, SimulationError } from './simulation';
export { scenario, ScenarioError } from './scenario';

export type { Failure, InvariantVerdict, RunResult, SimulateOptions } from './simulation';
export type { ScenarioInput } from './scenario';
export type { FaultInput } from './network-faults';
export type { Outcome } from './expectation';
export type { Measurement } from './invariants/invariant';
export type { Recovery, RecoveryRow } from './recovery-tally';
export type { HostPorts, Program, ProgramStarter } from './host';
export type { RecordedEvent } from '../events';
