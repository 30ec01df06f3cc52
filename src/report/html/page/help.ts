import { button, byId, make } from './dom';

const KEYS: readonly (readonly [string, string])[] = [
  ['← →', 'pan; with Shift by a whole window'],
  ['+ −', 'zoom in, zoom out'],
  ['↑ ↓', 'lanes further up, further down'],
  ['Home', 'show all of the run'],
  ['f', 'jump to the failure; again, to the next one'],
  ['d', 'jump to where two recordings part'],
  ['j k', 'next, previous event of those that are found'],
  ['[ ]', 'previous, next run'],
  ['/', 'filter events'],
  ['Esc', 'leave a filter, close this'],
  ['t', 'theme: system, light, dark'],
  ['?', 'this'],
];

const MOUSE: readonly (readonly [string, string])[] = [
  ['wheel', 'zoom at the pointer; with Shift, pan'],
  ['drag', 'pan; in the overview, choose what is shown'],
  ['click', 'all fields of what is under the pointer'],
];

/** The dialog that says which keys there are. */
export function helpDialog(): { readonly open: () => void } {
  const dialog = byId<HTMLDialogElement>('help');
  const open = (): void => {
    if (!dialog.open) dialog.showModal();
  };
  const list = make('dl', {});
  for (const [key, what] of [...KEYS, ...MOUSE]) {
    list.append(make('dt', {}, make('kbd', {}, key)), make('dd', {}, what));
  }
  dialog.append(
    make('h2', { id: 'help-title' }, 'Keys and mouse'),
    list,
    button('Close', () => dialog.close()),
  );
  byId('help-open').addEventListener('click', open);
  return { open };
}
