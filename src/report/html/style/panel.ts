/** Marks CSS, so that the formatter lays it out. */
const css = String.raw;

/** What is below the time line, and the dialog. */
export const PANEL = css`
  #panel {
    flex: 1 1 28%;
    min-height: 150px;
    display: grid;
    grid-template: auto 1fr / 1fr 320px;
    border-top: 1px solid var(--line);
  }
  #run:not(.is-traced) #panel {
    grid-template-columns: 1fr;
  }
  #run:not(.is-traced) #fields {
    display: none;
  }
  .tabs {
    grid-column: 1 / 3;
    display: flex;
    gap: 2px;
    padding: 4px 12px 0;
    background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .tabs button {
    border: 0;
    border-bottom: 2px solid transparent;
    border-radius: 0;
    background: none;
  }
  .tabs button[aria-selected='true'] {
    border-color: var(--accent);
    font-weight: 600;
  }
  .pane {
    min-height: 0;
    overflow: auto;
    padding: 10px 14px;
  }
  #pane-events {
    display: flex;
    flex-direction: column;
    overflow: hidden;
    padding: 8px 0 0;
  }
  .filters {
    display: flex;
    align-items: center;
    gap: 10px;
    padding: 0 14px 6px;
  }
  .filters output {
    white-space: nowrap;
    color: var(--muted);
  }
  #type-list {
    inset: auto;
    margin: 0;
    max-height: 320px;
    width: 260px;
    overflow: auto;
    padding: 8px;
    border: 1px solid var(--line);
    border-radius: 5px;
    background: var(--background);
    color: var(--text);
    box-shadow: 0 3px 12px rgb(0 0 0 / 22%);
  }
  #type-list label {
    display: flex;
    gap: 6px;
    align-items: center;
  }
  #type-list small {
    margin-left: auto;
  }
  #events .row {
    display: grid;
    grid-template-columns: 104px 84px 180px 1fr;
    gap: 8px;
    padding: 0 14px;
    line-height: 20px;
  }
  #events .row > * {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  #events .at {
    text-align: right;
    color: var(--muted);
  }
  #events .rest {
    color: var(--muted);
  }
  #events .row[aria-selected='true'] > * {
    color: inherit;
  }
  #fields {
    min-height: 0;
    overflow: auto;
    padding: 10px 14px;
    border-left: 1px solid var(--line);
  }
  #fields h3 small {
    margin-left: 8px;
    color: var(--accent);
  }
  dl {
    display: grid;
    grid-template-columns: max-content 1fr;
    gap: 2px 12px;
  }
  dt {
    color: var(--muted);
  }
  dd {
    overflow-wrap: anywhere;
  }
  #fields dl {
    margin-top: 6px;
  }
  .failure {
    border-left: 3px solid var(--failure);
    padding-left: 12px;
    margin-bottom: 16px;
    scroll-margin: 10px;
  }
  .failure > * + * {
    margin-top: 6px;
  }
  .failure h3 {
    font-weight: 500;
  }
  .failure .kind {
    color: var(--failure);
  }
  .failure h3 button {
    margin-left: 12px;
    font-size: 12px;
    padding: 0 8px;
  }
  .failure .seen {
    color: var(--failure);
    font-weight: 600;
  }
  pre {
    margin: 4px 0 0;
    padding: 8px 10px;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    border-radius: 5px;
    background: var(--lane);
  }
  .holds {
    color: var(--good);
  }
  .broken {
    color: var(--failure);
    font-weight: 600;
  }
  #pane-bounds > table + h3 {
    margin-top: 14px;
  }
  .dots line {
    stroke: var(--line);
  }
  .dots .bound {
    stroke: var(--muted);
    stroke-width: 2;
  }
  .dots circle {
    fill: var(--talk-edge);
    fill-opacity: 0.75;
  }
  .dots circle.beyond {
    fill: var(--failure);
  }
  .verdicts {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 14px;
    list-style: none;
    margin-top: 6px;
  }
  .verdict-unknown {
    color: var(--muted);
  }
  .verdict-broken {
    color: var(--failure);
    font-weight: 600;
  }
  dialog {
    border: 1px solid var(--line);
    border-radius: 8px;
    background: var(--background);
    color: var(--text);
    padding: 18px 22px;
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  dialog > * + * {
    margin-top: 12px;
  }
  kbd {
    padding: 0 6px;
    border: 1px solid var(--line);
    border-radius: 4px;
    background: var(--surface);
  }
  #printed {
    display: none;
  }
`;
