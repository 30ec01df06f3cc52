import { BASE } from './style/base';
import { DARK, LIGHT } from './style/colours';
import { DRAWING } from './style/drawing';
import { FRAME } from './style/frame';
import { MEDIA } from './style/media';
import { PANEL } from './style/panel';

/** How the page looks. Paper is always light. */
export const STYLE = [
  `:root { color-scheme: light; ${LIGHT} }`,
  `@media screen and (prefers-color-scheme: dark) {
    :root:not([data-theme='light']) { color-scheme: dark; ${DARK} }
  }`,
  `@media screen { :root[data-theme='dark'] { color-scheme: dark; ${DARK} } }`,
  // It is drawn before the page is on paper.
  `#printed { ${LIGHT} }`,
  ...[BASE, FRAME, DRAWING, PANEL, MEDIA],
].join('\n');
