import type { RecordedEvent } from '../../events';
import { eventTable, type EventTable } from './event-table';
import { peaksOf } from './peaks';

/** So many of a run's events are kept at most: its last ones. */
export const MAX_TRACE_EVENTS = 200_000;

/** All that a time line of a run is drawn from, as plain data that a worker can hand back. */
export interface Trace {
  readonly events: EventTable;
  /** So many events came before these, and are left out. */
  readonly leftOut: number;
  /** The outlines of what was said, by the name of the sound. */
  readonly sounds: Readonly<Record<string, string>>;
  /** What each host's speaker played. */
  readonly heard: Readonly<Record<string, readonly HeardSound[]>>;
}

/** From the moment at which a speaker begins to sound to silence. */
export interface HeardSound {
  readonly fromMs: number;
  readonly toMs: number;
  /** Its outline, as `peaksOf` has it; shorter than the sound where no more was kept of it. */
  readonly peaks: string;
}

/** What of a run's result becomes a trace. */
export interface Traceable {
  /** How many events the run had. */
  readonly events: number;
  readonly lastEvents: readonly RecordedEvent[];
  /** What each host's speaker played, in one piece: 16 kHz mono s16le PCM. */
  readonly heard: ReadonlyMap<string, Buffer>;
}

/**
 * Makes the trace of a run.
 *
 * @param soundOf - the sound of that name: 16 kHz mono s16le PCM.
 */
export function traceOf(
  { events, heard, lastEvents }: Traceable,
  soundOf: (name: string) => Buffer,
): Trace {
  const kept = lastEvents.slice(-MAX_TRACE_EVENTS);
  const leftOut = events - kept.length;
  return {
    events: eventTable(kept),
    leftOut,
    sounds: spoken(kept, soundOf),
    heard: Object.fromEntries(
      [...heard].flatMap(([host, pcm]) => {
        const sounds = sounded(kept, host, leftOut === 0 ? pcm : Buffer.alloc(0));
        return sounds.length === 0 ? [] : [[host, sounds]];
      }),
    ),
  };
}

function spoken(
  events: readonly RecordedEvent[],
  soundOf: (name: string) => Buffer,
): Record<string, string> {
  const sounds: Record<string, string> = {};
  for (const event of events) {
    if (event.type !== 'user.spoke' || Object.hasOwn(sounds, event.sound)) continue;
    sounds[event.sound] = peaksOf(soundOf(event.sound));
  }
  return sounds;
}

/** The sounds of one speaker lie in `pcm` one after the other. */
function sounded(events: readonly RecordedEvent[], host: string, pcm: Buffer): HeardSound[] {
  const sounds: HeardSound[] = [];
  let fromMs: number | undefined;
  let at = 0;
  for (const event of events) {
    if (event.host !== host) continue;
    if (event.type === 'speaker.started') fromMs = event.atMs;
    if (event.type !== 'speaker.silent' || fromMs === undefined) continue;
    const peaks = peaksOf(pcm.subarray(at, at + event.playedBytes));
    sounds.push({ fromMs, toMs: event.atMs, peaks });
    at += event.playedBytes;
    fromMs = undefined;
  }
  return sounds;
}
