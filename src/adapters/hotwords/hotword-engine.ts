/** What an engine is to the device that drives it. */
import type { Clock, DeviceFailure, EventSink, HotwordDetector } from '../../ports';
import type { DeviceHolder } from '../sound/device';

/**
 * An engine as its package has it, behind one face. It may say `true` for several frames of one
 * spoken hotword, and `process` may throw once the engine is of no use any more.
 */
export interface HotwordEngine extends HotwordDetector, DeviceHolder {}

/** What is wanted of an engine; all of it has been checked. */
export interface EngineRequest {
  /** A keyword that comes with the engine, in lower case, with spaces. Default: its "jarvis". */
  readonly keyword?: string;
  /** The file of a keyword of one's own, instead. */
  readonly modelPath?: string;
  /** From 0 (few false alarms) to 1 (few misses). */
  readonly sensitivity: number;
  readonly accessKey?: string;
}

export interface EnginePorts {
  readonly clock: Clock;
  readonly events: EventSink;
  /** The engine died by itself. Not called before the engine is open, nor after its `close()`. */
  readonly onFailed: (failure: DeviceFailure) => void;
}
