type Child = Node | string;

/** An element of the page that must be there. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`There is no #${id}.`);
  return found as Kind;
}

/** Makes an element. Texts stay texts, whatever is in them. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Replaces what is in an element. If the focus was there, the one of that id has it after. */
export function replaceFocused(
  element: HTMLElement,
  children: readonly HTMLElement[],
  id: string,
): void {
  const hadFocus = element.contains(document.activeElement);
  element.replaceChildren(...children);
  if (hadFocus) byId(id).focus();
}

export function button(
  label: string,
  onClick: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = make('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onClick);
  return made;
}

/** A command that can be taken along. */
export function command(text: string): HTMLElement {
  const copy = button('Copy', () => void copyText(text, copy), { 'aria-label': `Copy: ${text}` });
  return make('span', { class: 'command' }, make('code', {}, text), copy);
}

/** Where there is no clipboard, as in a page from a disk, the text is marked instead. */
async function copyText(text: string, from: HTMLButtonElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const code = from.previousElementSibling;
    if (code !== null) getSelection()?.selectAllChildren(code);
    if (!document.execCommand('copy')) return;
  }
  from.textContent = 'Copied';
  setTimeout(() => (from.textContent = 'Copy'), 1_500);
}

/** Whether somebody is writing, so that keys are letters. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === 'search';
}
