import type { RecordedEvent } from '../../events';
import {
  Gauge,
  NONE,
  PerLife,
  isLater,
  isPast,
  type Breach,
  type Invariant,
  joined,
  reading,
} from './invariant';

interface Loss {
  readonly event: RecordedEvent;
  readonly state: string;
}

interface State {
  /** The conversation's state for each device; one that was never heard of is passive. */
  readonly conversations: Map<string, string>;
  /** Losses with a conversation on that are not followed by passive mode yet. */
  readonly losses: Map<string, Loss>;
  /** The latest loss of each device whose conversation was in passive mode already. */
  readonly quietLosses: Map<string, RecordedEvent>;
}

/** L4: a device is lost, and before anything else happens its conversation is in passive mode. */
export class PassiveInvariant implements Invariant {
  readonly id = 'L4';
  readonly claim =
    'A loss puts a conversation into passive mode before anything else happens, ' +
    'or changes nothing.';
  readonly meaning =
    'The assistant goes on with somebody who is gone, and not with who comes next.';
  readonly reads = reading('link.lost', 'state.changed');
  judged = false;
  private readonly gauge = new Gauge('events between loss and passive mode', 'steps', '0');
  private readonly lives = new PerLife<State>(() => ({
    conversations: new Map(),
    losses: new Map(),
    quietLosses: new Map(),
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    const late = this.late(state, (loss) => isLater(event, loss));
    if (event.type === 'link.lost' && event.device !== undefined) {
      this.lost(event, event.device, state);
    }
    if (event.type !== 'state.changed' || event.machine !== 'conversation') return late;
    const stirred = this.changed(event, event.device ?? '', event.to, state);
    return joined(late, stirred);
  }

  overdue(nowMs: number): readonly Breach[] {
    let breaches = NONE;
    for (const [, state] of this.lives.entries()) {
      breaches = joined(
        breaches,
        this.late(state, (loss) => isPast(nowMs, loss)),
      );
    }
    return breaches;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  private lost(event: RecordedEvent, device: string, state: State): void {
    const conversation = state.conversations.get(device) ?? 'passive';
    this.judged = true;
    if (conversation === 'passive') state.quietLosses.set(device, event);
    else state.losses.set(device, { event, state: conversation });
  }

  private changed(
    event: RecordedEvent,
    device: string,
    to: string,
    state: State,
  ): readonly Breach[] {
    state.conversations.set(device, to);
    const loss = state.losses.get(device);
    if (loss !== undefined && to === 'passive') {
      state.losses.delete(device);
      this.gauge.add((event.step ?? 0) - (loss.event.step ?? 0));
    }
    return this.stirred(event, to, state.quietLosses.get(device));
  }

  /** In passive mode a loss changes nothing. What comes in a later step has another cause. */
  private stirred(event: RecordedEvent, to: string, quiet: RecordedEvent | undefined): Breach[] {
    if (quiet?.step === undefined || quiet.step !== event.step) return [];
    const { atMs, host } = event;
    return [{ host, atMs, expected: 'passive mode left alone by a loss', seen: `${to} after it` }];
  }

  /** Events of the same step may come between: the step is one turn of the server's loop. */
  private late({ losses }: State, isOver: (loss: RecordedEvent) => boolean): readonly Breach[] {
    if (losses.size === 0) return NONE;
    const late = [...losses].filter(([, loss]) => isOver(loss.event));
    return late.map(([device, loss]) => {
      losses.delete(device);
      return this.breach(loss);
    });
  }

  private breach({ event: { atMs, host }, state }: Loss): Breach {
    const expected = 'passive mode in the same turn as the loss';
    return { host, atMs, expected, seen: `still ${state} after it` };
  }
}
