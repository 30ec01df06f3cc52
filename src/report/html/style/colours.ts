/** Marks CSS, so that the formatter lays it out. */
const css = String.raw;

/**
 * Fills, inks and edges are after Okabe and Ito, whom the colour-blind can read; nothing is told by
 * colour alone.
 */
export const LIGHT = css`
  --background: #ffffff;
  --surface: #f5f7f9;
  --lane: #f3f5f7;
  --line: #d5dbe1;
  --grid: rgb(60 80 100 / 9%);
  --text: #1a2129;
  --muted: #56626f;
  --accent: #0060a8;
  --accent-ink: #ffffff;
  --failure: #b23808;
  --good: #00664a;
  --off-fill: transparent;
  --off-ink: #56626f;
  --off-edge: #c3ccd5;
  --calm-fill: #e1e7ed;
  --calm-ink: #36424e;
  --calm-edge: #788796;
  --wait-fill: #fdedc4;
  --wait-ink: #614300;
  --wait-edge: #d99a00;
  --talk-fill: #cfe4f7;
  --talk-ink: #0a4470;
  --talk-edge: #0072b2;
  --answer-fill: #cdeee2;
  --answer-ink: #00513b;
  --answer-edge: #009e73;
  --bad-fill: #fbdccb;
  --bad-ink: #862f00;
  --bad-edge: #d55e00;
  --note-fill: #efdcea;
  --note-ink: #6d2f5a;
  --note-edge: #a8518c;
`;

export const DARK = css`
  --background: #0f1419;
  --surface: #161c23;
  --lane: #171e26;
  --line: #2b3541;
  --grid: rgb(190 210 230 / 8%);
  --text: #e2e8ee;
  --muted: #98a5b2;
  --accent: #63b3ed;
  --accent-ink: #0a1622;
  --failure: #ff8f57;
  --good: #4fd0a5;
  --off-fill: transparent;
  --off-ink: #98a5b2;
  --off-edge: #3c4855;
  --calm-fill: #252f3a;
  --calm-ink: #b9c5d0;
  --calm-edge: #5f7082;
  --wait-fill: #43350f;
  --wait-ink: #f6d98f;
  --wait-edge: #e0a526;
  --talk-fill: #143653;
  --talk-ink: #aed8f7;
  --talk-edge: #56b4e9;
  --answer-fill: #0f3f32;
  --answer-ink: #95e3c6;
  --answer-edge: #2cc095;
  --bad-fill: #4c260f;
  --bad-ink: #ffbf9b;
  --bad-edge: #f08040;
  --note-fill: #40243a;
  --note-ink: #efc0e0;
  --note-edge: #cc79a7;
`;
