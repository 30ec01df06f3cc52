import type { RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, DueInvariant, readingLives } from './invariant';

/** An engine may take this long to close. */
const CLOSING_MS = 5_000;
/** A server that stops does not wait for its engines longer than it has. */
const AT_THE_END_MS = 3_000;

interface Engine {
  readonly device: string;
  opened: boolean;
  /** The conversation that it was opened for is over. */
  released: boolean;
}

/** S12: one conversation with the engine for each device, and what was opened is closed. */
export class EnginesInvariant extends DueInvariant {
  readonly id = 'S12';
  readonly claim = 'A device has at most one engine that is not closing, and each one is closed.';
  readonly meaning = 'Two assistants answer at once, or one listens on, unseen, at full price.';
  readonly reads = readingLives(
    'engine.closed',
    'engine.opened',
    'engine.opening',
    'state.changed',
  );
  judged = false;
  private readonly lives = new PerLife<Map<string, Engine>>(() => new Map());

  protected override follow(event: RecordedEvent): readonly Breach[] {
    const engines = this.lives.of(event);
    switch (event.type) {
      case 'engine.opening':
        return this.opening(event, event.engine, event.device);
      case 'engine.opened':
        return this.opened(event, event.engine);
      case 'engine.closed':
        engines.delete(event.engine);
        this.due.meet(`${event.host}/${event.engine}`);
        return NONE;
      case 'state.changed':
        if (event.machine === 'conversation' && event.to === 'passive') {
          this.released(event, event.device ?? '');
        }
        return NONE;
      case 'host.stopping':
        for (const [id, engine] of engines) this.mustClose(event, id, engine, AT_THE_END_MS);
        return NONE;
      case 'host.killed':
      case 'host.lost_power':
      case 'host.crashed':
        this.due.dropHost(event.host);
        return NONE;
      default:
        return NONE;
    }
  }

  private opening(event: RecordedEvent, id: string, device: string): readonly Breach[] {
    const engines = this.lives.of(event);
    const other = [...engines].find(([, each]) => each.device === device && !each.released);
    engines.set(id, { device, opened: false, released: false });
    this.judged = true;
    if (other === undefined) return NONE;
    const { atMs, host } = event;
    const expected = `one engine for ${device}`;
    return [{ host, atMs, expected, seen: `${id} is opened while ${other[0]} is in use` }];
  }

  private opened(event: RecordedEvent, id: string): readonly Breach[] {
    const engine = this.lives.of(event).get(id);
    if (engine === undefined) return NONE;
    engine.opened = true;
    if (engine.released) this.mustClose(event, id, engine, CLOSING_MS);
    return NONE;
  }

  private released(event: RecordedEvent, device: string): void {
    for (const [id, engine] of this.lives.of(event)) {
      if (engine.device !== device || engine.released) continue;
      engine.released = true;
      if (engine.opened) this.mustClose(event, id, engine, CLOSING_MS);
    }
  }

  private mustClose(
    { atMs, host }: RecordedEvent,
    id: string,
    engine: Engine,
    withinMs: number,
  ): void {
    if (!engine.opened) return;
    this.due.begin(`${host}/${id}`, {
      host,
      sinceMs: atMs,
      dueMs: atMs + withinMs,
      expected: `engine ${id} closed within ${withinMs} ms`,
      what: `engine ${id} was released at ${atMs} ms`,
    });
  }
}
