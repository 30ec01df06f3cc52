import type { RunDetail } from '../report-data';
import { button, byId, replaceFocused } from './dom';

export type Tab = 'failures' | 'events' | 'bounds';

/** The tabs below a time line. */
export class Panel {
  private shown: readonly (readonly [Tab, string])[] = [];
  private current: Tab = 'events';

  constructor() {
    byId('tabs').addEventListener('keydown', (event) => this.pressed(event));
  }

  /** Shows what there is of a run; of one that failed, first its failures. */
  show(detail: RunDetail | undefined, isTraced: boolean, passed: boolean): void {
    const failures = detail?.failures.length ?? 0;
    const bounds = (detail?.outcomes.length ?? 0) + (detail?.measurements.length ?? 0);
    this.shown = [
      ...(failures === 0 ? [] : [['failures', `Failures ${failures}`] as const]),
      ...(isTraced ? [['events', 'Events'] as const] : []),
      ...(detail === undefined ? [] : [['bounds', `Bounds ${bounds}`] as const]),
    ];
    byId('panel').hidden = this.shown.length === 0;
    const [first] = this.shown;
    if (first !== undefined) this.open(passed || failures === 0 ? first[0] : 'failures');
  }

  open(tab: Tab): void {
    if (!this.shown.some(([each]) => each === tab)) return;
    this.current = tab;
    const tabs = this.shown.map(([each, label]) =>
      button(label, () => this.open(each), {
        id: `tab-${each}`,
        role: 'tab',
        'aria-selected': String(each === tab),
        'aria-controls': `pane-${each}`,
        tabindex: each === tab ? '0' : '-1',
      }),
    );
    replaceFocused(byId('tabs'), tabs, `tab-${tab}`);
    for (const each of ['failures', 'events', 'bounds'] as const) {
      byId(`pane-${each}`).hidden = each !== tab;
    }
  }

  private pressed(event: KeyboardEvent): void {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    event.stopPropagation();
    const at = this.shown.findIndex(([each]) => each === this.current);
    const next = this.shown[(at + by + this.shown.length) % this.shown.length];
    if (next === undefined) return;
    this.open(next[0]);
  }
}
