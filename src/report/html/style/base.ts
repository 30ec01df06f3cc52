/** Marks CSS, so that the formatter lays it out. */
const css = String.raw;

/** What every element of the page looks like. */
export const BASE = css`
  * {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  html,
  body {
    height: 100%;
    margin: 0;
  }
  body {
    display: flex;
    flex-direction: column;
    overflow: hidden;
    background: var(--background);
    color: var(--text);
    font:
      13px/1.45 system-ui,
      -apple-system,
      'Segoe UI',
      'DejaVu Sans',
      sans-serif;
  }
  code,
  pre,
  kbd,
  .list .at,
  .list .rest,
  .list .type,
  #fields dd {
    font-family: ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Menlo, monospace;
    font-size: 12px;
  }
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }
  h3 {
    font-size: 13px;
  }
  small,
  .quiet {
    color: var(--muted);
  }
  button,
  input,
  summary {
    font: inherit;
    color: inherit;
  }
  button {
    padding: 3px 10px;
    border: 1px solid var(--line);
    border-radius: 5px;
    background: var(--surface);
    cursor: pointer;
  }
  button:hover {
    border-color: var(--muted);
  }
  button[aria-pressed='true'] {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--accent-ink);
  }
  input[type='search'] {
    width: 100%;
    padding: 4px 8px;
    border: 1px solid var(--line);
    border-radius: 5px;
    background: var(--background);
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  .command {
    display: inline-flex;
    max-width: 100%;
    align-items: stretch;
    border: 1px solid var(--line);
    border-radius: 5px;
    overflow: hidden;
    background: var(--surface);
  }
  .command code {
    padding: 3px 10px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .command button {
    border-width: 0 0 0 1px;
    border-radius: 0;
  }
  .choices {
    display: flex;
    gap: 4px;
  }
  .choices button {
    flex: auto;
  }
`;
