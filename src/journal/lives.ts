import type { EventOf, RecordedEvent } from '../events';
import { grouped } from './grouped';

/** A life of a program, as its journal has it. */
export interface FieldLife {
  readonly lines: readonly RecordedEvent[];
  /** Absent where its beginning was rotated away. */
  readonly started?: EventOf<'host.started'>;
  /** How the one before it ended: it said so, or it is not known to have. */
  readonly before?: { readonly how: 'stopped' | 'vanished'; readonly last: RecordedEvent };
  /** Whether the machine has started anew since. */
  readonly isNewMachine: boolean;
}

/** The lives of a host, by when they began. */
export function livesOfHost(events: readonly RecordedEvent[], host: string): readonly FieldLife[] {
  const ours = events.filter((event) => event.host === host);
  let machine: string | undefined;
  let last: RecordedEvent | undefined;
  return [...grouped(ours, ({ boot }) => boot).values()].map((lines): FieldLife => {
    const started = lines.find((line) => line.type === 'host.started');
    const before =
      last === undefined
        ? undefined
        : {
            how: last.type === 'host.stopped' ? ('stopped' as const) : ('vanished' as const),
            last,
          };
    const isNewMachine = machine !== undefined && started?.machine !== machine;
    machine = started?.machine ?? machine;
    last = lines.at(-1);
    return {
      lines,
      isNewMachine,
      ...(started === undefined ? {} : { started }),
      ...(before === undefined ? {} : { before }),
    };
  });
}
