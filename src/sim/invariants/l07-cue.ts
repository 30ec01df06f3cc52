import type { RecordedEvent } from '../../events';
import { Gauge, PerLife, endsLife, DueInvariant, readingLives } from './invariant';

const CUE_MS = 5_500;

/** L7: who asks for a session gets one, or is told that there is none. */
export class CueInvariant extends DueInvariant {
  readonly id = 'L7';
  readonly claim = 'Who asks for a session gets one or a cue within 5.5 s.';
  readonly meaning = 'Somebody says the hotword, nothing happens, and nothing says so.';
  readonly reads = readingLives(
    'button.pressed',
    'cue.played',
    'hotword.detected',
    'session.ended',
    'session.requested',
    'session.started',
  );
  judged = false;
  private readonly gauge = new Gauge('asked until answered', 'ms', '<= 5.5 s');
  private readonly lives = new PerLife<{ inSession: boolean }>(() => ({ inSession: false }));

  override measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  protected override follow(event: RecordedEvent): void {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'hotword.detected':
      case 'button.pressed':
        if (!state.inSession) this.asked(event);
        return;
      case 'session.requested':
        if (event.device === undefined) state.inSession = true;
        return;
      case 'session.ended':
        if (event.device !== undefined) return;
        state.inSession = false;
        // Who ends it by hand needs no cue.
        if (event.reason === 'user') this.due.meet(event.host);
        return;
      case 'session.started':
      case 'cue.played':
        this.answered(event);
        return;
      default:
        if (endsLife(event)) this.due.dropHost(event.host);
    }
  }

  private asked({ atMs, host }: RecordedEvent): void {
    this.judged = true;
    this.due.begin(host, {
      host,
      sinceMs: atMs,
      dueMs: atMs + CUE_MS,
      expected: `a session or a cue within ${CUE_MS} ms`,
      what: `asked for a session at ${atMs} ms`,
    });
  }

  private answered({ atMs, host }: RecordedEvent): void {
    const met = this.due.meet(host);
    if (met !== undefined) this.gauge.add(atMs - met.sinceMs);
  }
}
