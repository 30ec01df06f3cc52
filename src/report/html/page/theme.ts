import { byId } from './dom';
import type { Tone } from './lane';

/** Colours of a tone. */
export interface Paint {
  readonly fill: string;
  readonly ink: string;
  readonly edge: string;
}

/** What a canvas is painted with: the style has the colours, so that a theme is in one place. */
export interface Theme {
  readonly background: string;
  readonly lane: string;
  readonly line: string;
  readonly grid: string;
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly failure: string;
  readonly tones: Readonly<Record<Tone, Paint>>;
}

const TONES: readonly Tone[] = ['off', 'calm', 'wait', 'talk', 'answer', 'bad', 'note'];

/** Reads the colours that are on. */
export function readTheme(of: Element = document.documentElement): Theme {
  const style = getComputedStyle(of);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const paint = (tone: Tone): Paint => ({
    fill: colour(`${tone}-fill`),
    ink: colour(`${tone}-ink`),
    edge: colour(`${tone}-edge`),
  });
  return {
    background: colour('background'),
    lane: colour('lane'),
    line: colour('line'),
    grid: colour('grid'),
    text: colour('text'),
    muted: colour('muted'),
    accent: colour('accent'),
    failure: colour('failure'),
    tones: Object.fromEntries(TONES.map((tone) => [tone, paint(tone)])) as Theme['tones'],
  };
}

const CHOICES = ['system', 'light', 'dark'] as const;

/** The button that changes the theme; `onChange` is called whenever other colours are on. */
export function themeButton(onChange: () => void): { readonly next: () => void } {
  const element = byId('theme');
  let chosen = 0;
  const show = (): void => {
    const choice = CHOICES[chosen] ?? 'system';
    element.textContent = `Theme: ${choice}`;
    if (choice === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = choice;
    onChange();
  };
  const next = (): void => {
    chosen = (chosen + 1) % CHOICES.length;
    show();
  };
  element.addEventListener('click', next);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  show();
  return { next };
}
